#!/usr/bin/env python3
"""create_connection tries every address; a file object reads the reply to its end."""
import os
import socket
import sys


def main():
    if len(sys.argv) != 4 or not sys.argv[2].isdecimal() or not 1 <= int(sys.argv[2]) <= 65535:
        print("usage: echo_client HOST PORT MESSAGE", file=sys.stderr)
        return 2
    message = os.fsencode(sys.argv[3])
    expected = len(message) + len(b"Echo: ")
    reply = bytearray()
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        while data := connection.recv(65536):
            reply += data
    if len(reply) < expected:
        sys.exit(f"echo_client: reply ended after {len(reply)} of {expected} bytes")
    sys.stdout.buffer.write(reply + b"\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"echo_client: {sys.argv[1]}:{sys.argv[2]}: {error.strerror}")
