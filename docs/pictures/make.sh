#!/bin/sh
# Makes the pictures of the chapters' sections "On the wire" from real runs of the reference, each as a drawing and as text:
#
#   cmake --workflow --preset solutions && sh docs/pictures/make.sh
#
# What stands behind `--` first is the server (on the right), the other one the client. Needs openssl, and a system that
# lets an ordinary user make a private network (`grade doctor` says whether it does).
set -e
cd "$(dirname "$0")/../.."
port=7000
# Where a peer of few words is wanted, it is the shell of lab 01.
PATH=$PATH:$PWD/.build/solutions/01-socket-basics
export PATH
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# picture LAB NAME -- SERVER... -- CLIENT...
picture() {
  lab=$1 name=$2
  shift 2
  echo "$name"
  .build/grade trace "$lab" --solutions --svg "docs/pictures/$name.svg" --text "docs/pictures/$name.txt" "$@" >"$work/log" 2>&1 || cat "$work/log"
}

picture lab01 lab01-wire \
  -- sh -c 'printf "socket tcp\nbind 3 127.0.0.1 7000\nlisten 3\naccept 3\nrecv 4 100\nrecv 4 100\nsend 4 answer\nclose 4\n" | socket_shell' \
  -- sh -c '{ printf "socket tcp\nconnect 3 127.0.0.1 7000\nsend 3 hello\n"; sleep 0.2; printf "shutdown 3 write\nrecv 3 100\nrecv 3 100\n"; } | socket_shell'

picture lab02 lab02-wire -- echo_server 127.0.0.1 $port -- echo_client 127.0.0.1 $port hello
picture lab02 lab02-pieces -- echo_server 127.0.0.1 $port \
  -- sh -c '{ printf "socket tcp\nconnect 3 127.0.0.1 7000\nsend 3 Hel\n"; sleep 0.2
    printf "send 3 lo\nshutdown 3 write\n"; sleep 0.1; printf "recv 3 100\nrecv 3 100\nclose 3\n"; } | socket_shell'

picture lab03 lab03-wire -- udp_echo_server 127.0.0.1 $port -- udp_echo_client 127.0.0.1 $port hello

picture lab04 lab04-wire -- persistent_server 127.0.0.1 $port \
  -- sh -c '{ printf "socket tcp\nconnect 3 127.0.0.1 7000\nsend 3 \\\\0\\\\0\\\\0\\\\5hel\n"; sleep 0.2
    printf "send 3 lo\\\\0\\\\0\\\\0\\\\0\nrecv 3 100\nshutdown 3 write\nrecv 3 100\nclose 3\n"; } | socket_shell'

picture lab05 lab05-wire -- listener 127.255.255.255 $port 2 -- beacon 127.255.255.255 $port hello 2 200
picture lab05 lab05-feed -- sh -c '{ sleep 0.4; echo hello; sleep 0.2; } | feed_server 127.0.0.1 7000' \
  -- feed_client 127.0.0.1 $port --lease 600

picture lab06 lab06-wire -- sh -c '{ printf "socket tcp\nbind 3 127.0.0.1 7000\nlisten 3\naccept 3\nsend 4 Echo: He\n"; sleep 3; } | socket_shell' \
  -- deadline_client 127.0.0.1 $port Hello 1000 1500
picture lab06 lab06-retry \
  -- sh -c '{ printf "socket udp\nbind 3 127.0.0.1 7000\n"; sleep 3; } | socket_shell' -- retry_client 127.0.0.1 $port Hello 3 200

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=localhost" \
  -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout "$work/key" -out "$work/cert" 2>"$work/log"
picture lab07 lab07-wire -- tls_echo_server 127.0.0.1 $port "$work/cert" "$work/key" \
  -- tls_echo_client 127.0.0.1 $port hello "$work/cert"
