#!/bin/sh
# run_python.sh FOLDER: the Python programs that the book shows do what it says of them. Status 77: cannot be tried here.
set -eu
cd "$1"
command -v python3 > /dev/null || { echo "there is no python3"; exit 77; }
# Nothing outlives this script for long, also when it is killed.
limit=
if command -v timeout > /dev/null; then limit="timeout 30"; fi
work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server"; rm -r "$work"; }
trap cleanup EXIT

# start COMMAND...: runs a server; its port, which it announces in its first line with a colon, becomes $port.
start() {
  mkfifo "$work/line"
  $limit "$@" > "$work/line" &
  server=$!
  exec 3< "$work/line"
  line=
  until case $line in *:[0-9]*) true ;; *) false ;; esac; do read -r line <&3 || exit 1; done
  port=${line##*:}
  rm "$work/line"
}

stop() { kill "$server"; wait "$server" 2> /dev/null || true; server=; exec 3<&-; }

expect() {
  [ "$1" = "$2" ] || { echo "expected \"$1\", and what came is \"$2\""; exit 1; }
}

start python3 echo_server.py 0
expect "Echo: hello" "$($limit python3 echo_client.py "$port" hello)"
# The page says that this pair loses all beyond the first 1,024 bytes.
expect 1025 "$($limit python3 echo_client.py "$port" "$(head -c 3000 /dev/zero | tr '\0' x)" | wc -c | tr -d ' ')"
stop

start python3 udp_echo_server.py 0
expect "Echo: hello" "$($limit python3 udp_echo_client.py "$port" hello)"
stop

if command -v ss > /dev/null; then
  expect "CLOSE-WAIT ESTAB FIN-WAIT-1 FIN-WAIT-2 LAST-ACK LISTEN SYN-SENT TIME-WAIT " \
    "$($limit python3 tcp_states.py | sed -n 's/^\([A-Z][A-Z0-9-]*\) .*/\1/p' | LC_ALL=C sort -u | tr '\n' ' ')"
fi

if command -v openssl > /dev/null; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/certificate.pem" 2> /dev/null
  # This server answers each line with its letters in reverse.
  start openssl s_server -accept 127.0.0.1:0 -cert "$work/certificate.pem" -key "$work/key.pem" -rev
  expect "olleh" "$($limit python3 practices.py localhost "$port" "$work/certificate.pem" "hello
")"
  stop
fi
echo "the Python programs do what the book says"
