#!/bin/sh
# Installs what this project needs and this machine lacks, with the machine's own package manager. Asks nothing;
# does nothing when all is there.
#
# Needed: a C++20 compiler with its sanitizers, CMake 3.25, Ninja, patch, Catch2 3; for lab 07 OpenSSL's headers; for the
# book Doxygen.
set -u

say() { printf '%s\n' "setup: $*"; }
have() { command -v "$1" >/dev/null 2>&1; }
fail() {
  say "$*" >&2
  exit 1
}

# --- What is missing -----------------------------------------------------------------------------------------------

have_compiler() { have c++ || have g++ || have clang++; }

# Catch2's CMake package says its version in a file; looking there costs nothing.
have_catch2() {
  for folder in /usr/lib/cmake /usr/lib64/cmake /usr/lib/*/cmake /usr/share/cmake /usr/share /usr/local/lib/cmake \
    /opt/homebrew/lib/cmake; do
    file=$folder/Catch2/Catch2ConfigVersion.cmake
    [ -f "$file" ] && grep -q 'PACKAGE_VERSION "3\.' "$file" && return 0
  done
  return 1
}

# Looked for where CMake would find it; pkg-config may not be there.
have_openssl() {
  for file in /usr/include/openssl/ssl.h /usr/local/include/openssl/ssl.h /opt/homebrew/opt/openssl@3/include/openssl/ssl.h \
    /usr/local/opt/openssl@3/include/openssl/ssl.h; do
    [ -f "$file" ] && return 0
  done
  return 1
}

missing() {
  have_compiler || printf ' compiler'
  have cmake || printf ' cmake'
  have ninja || have ninja-build || printf ' ninja'
  have patch || printf ' patch'
  have_catch2 || printf ' catch2'
  have_openssl || printf ' openssl'
  have doxygen || printf ' doxygen'
}

check_cmake() {
  have cmake || return 0
  version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p')
  major=${version%%.*} minor=${version#*.}
  [ "$major" -gt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -ge 25 ]; } ||
    fail "CMake 3.25 or newer is needed, and this is $version. Install a newer one from your system's backports or from https://cmake.org/download/"
}

# --- How it is installed -------------------------------------------------------------------------------------------

# Sets $root to what makes a command run as root, or says what a person with that right must type.
become_root() {
  if [ "$(id -u)" = 0 ]; then
    root=
  elif have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    root=sudo
  else
    say "missing:$lacking" >&2
    say "installing needs root, and there is no sudo here. Ask who runs this machine to type:" >&2
    printf '    %s\n' "$1" >&2
    exit 1
  fi
}

apt_update_once() {
  [ -n "$(find /var/lib/apt/lists -name '*_Packages*' 2>/dev/null | head -n 1)" ] || $root apt-get update -q
}

apt_install() {
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# Debian 12 has Catch2 2 only; version 3 is in Debian's own backports, taken from the mirror that apt already uses.
# Only that list is read and only that package comes from it.
apt_install_catch2_from_backports() {
  # shellcheck disable=SC2016 # the dollars are apt's
  mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    sed -n 's/^bookworm main //p' | head -n 1)
  [ -n "$mirror" ] || return 1
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  folder=$(mktemp -d) || return 1
  chmod 755 "$folder"
  printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: %s\n' "$mirror" "$keyring" \
    >"$folder/backports.sources"
  set -- -o "Dir::Etc::SourceList=$folder/backports.sources" -o Dir::Etc::SourceParts=/dev/null -o APT::Get::List-Cleanup=0
  $root apt-get "$@" update -q &&
    $root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
      -o "Dir::Etc::SourceParts=$folder" catch2/bookworm-backports
  result=$?
  rm -rf "$folder"
  return $result
}

install_with_apt() {
  packages=
  for need in $lacking; do
    case $need in
      compiler) packages="$packages g++" ;;
      ninja) packages="$packages ninja-build" ;;
      openssl) packages="$packages libssl-dev" ;;
      catch2) ;;
      *) packages="$packages $need" ;;
    esac
  done
  become_root "apt-get install g++ cmake ninja-build patch libssl-dev doxygen catch2      (Debian 12: catch2/bookworm-backports)"
  apt_update_once
  # shellcheck disable=SC2086 # a list of words
  [ -z "$packages" ] || apt_install $packages || return 1
  case $lacking in
    *catch2*)
      if apt-cache policy catch2 2>/dev/null | grep -q 'Candidate: 3\.'; then
        apt_install catch2
      else
        apt_install_catch2_from_backports
      fi
      ;;
  esac
}

install_with() {
  # $1: the command that installs; the rest: packages by need
  become_root "$1 $2"
  # shellcheck disable=SC2086
  $root $1 $2
}

install_missing() {
  if have apt-get; then
    install_with_apt
  elif have dnf; then
    install_with "dnf install -y" "gcc-c++ libasan libubsan cmake ninja-build patch catch2-devel openssl-devel doxygen"
  elif have pacman; then
    install_with "pacman -S --needed --noconfirm" "gcc cmake ninja patch catch2 openssl doxygen"
  elif have brew; then
    brew install cmake ninja catch2 openssl@3 doxygen
  else
    say "missing:$lacking" >&2
    fail "no package manager that this script knows (apt, dnf, pacman, brew). Install the above by hand."
  fi
}

lacking=$(missing)
if [ -n "$lacking" ]; then
  say "installing what is missing:$lacking"
  install_missing || say "the package manager reported an error, see above"
  lacking=$(missing)
  case $lacking in
    *compiler* | *cmake* | *ninja*) fail "still missing:$lacking" ;;
    *catch2*) say "no package has Catch2 3 here: CMake will fetch its release" ;;
  esac
  [ -z "$lacking" ] || say "still missing, but not needed for the labs:$lacking"
fi
check_cmake
root_folder=$(cd "$(dirname "$0")/.." && pwd)
[ -w "$root_folder" ] || fail "$root_folder cannot be written, and the build goes there. Clone or copy it to a folder of your own."
say "everything is there"
