#!/usr/bin/env python3
"""One connection at a time, as Python's tutorials write it."""
import os
import socket
import sys


def listen_on(host, port):
    reason = None
    for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE):
        try:
            return socket.create_server(address[:2], family=family, backlog=16)
        except OSError as error:
            reason = error
    raise reason


def converse(connection):
    prefix = b"Echo: "
    while data := connection.recv(65536):
        connection.sendall(prefix + data)
        prefix = b""
    connection.sendall(prefix)


def main():
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal() or int(sys.argv[2]) > 65535:
        print("usage: echo_server HOST PORT", file=sys.stderr)
        return 2
    with listen_on(sys.argv[1], int(sys.argv[2])) as listener:
        host, port = listener.getsockname()[:2]
        print(f"listening on [{host}]:{port}" if ":" in host else f"listening on {host}:{port}", flush=True)
        while True:
            try:
                connection, _ = listener.accept()
            except ConnectionAbortedError:
                continue
            with connection:
                try:
                    converse(connection)
                except OSError as error:
                    print(f"echo_server: {error.strerror}", file=sys.stderr)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"echo_server: {sys.argv[1]}: {os.strerror(error.errno) if error.errno > 0 else error.strerror}")
