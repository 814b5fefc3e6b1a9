#!/bin/bash
# The shell in which the transcripts are typed: reads commands from descriptor 9, each ended by a byte 1, and answers
# each with what it prints and a line with a byte 1. The functions are what the pages take for granted, and what is
# typed before a block and not shown.

# However this shell ends, nothing that it has started may stay: all of it is in this shell's process group.
trap 'kill -KILL -- -$$' EXIT

# Who gets here is root already.
sudo() { "$@"; }

# Of the programs started here, not of other tests'.
pgrep() { command pgrep -P $$ "$@"; }

# Waits until a file holds a word.
until_in() {
  for _ in $(seq 200); do
    grep -q -e "$2" "$1" 2> /dev/null && return
    sleep 0.05
  done
}

# ... what the block's command has printed
until_seen() { until_in .seen "$1"; }

# ... what the server has printed
until_served() { until_in .served "$1"; }

# A server that the page takes for granted.
serve() {
  "$@" > .served 2>&1 &
  until_served listening
}

# What a client says, and then what its server does.
both() {
  "$@"
  until_served lost
  printf '%s (the server)\n' "$(tail -n 1 .served)"
}

# Those of lab 07's chapter, and bad ones.
# shellcheck disable=SC2086 # $curve is several words
certificates() {
  local names="subjectAltName=DNS:localhost,IP:127.0.0.1" curve="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
  openssl req -x509 $curve -days 30 -subj "/CN=My authority" -keyout ca.key -out ca.pem
  openssl req -x509 $curve -days 30 -subj "/CN=Another" -keyout other.key -out other.pem
  openssl req $curve -subj /CN=localhost -addext "$names" -keyout server.key -out server.csr
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 30 -copy_extensions copy -out server.pem
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days -1 -copy_extensions copy -out expired.pem
  openssl req -x509 -key server.key -days 30 -subj /CN=localhost -addext "$names" -out self.pem
}

while IFS= read -r -d $'\1' -u 9 typed; do
  eval "$typed"
  printf '\1\n'
done
