#!/usr/bin/env python3
"""settimeout with what is left, before each call."""
import os
import socket
import sys
import time

START = time.monotonic()


def left(until):
    rest = until - time.monotonic()
    if rest <= 0:
        raise TimeoutError("timed out")
    return rest


def connect(host, port, each, until):
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        server = socket.socket(family, kind, protocol)
        try:
            server.settimeout(min(each, left(until)))
            server.connect(address)
            return server
        except OSError as error:
            server.close()
            reason = error
    raise reason


def converse(server, message, until, reply):
    server.settimeout(left(until))
    server.sendall(message)
    server.shutdown(socket.SHUT_WR)
    while True:
        server.settimeout(left(until))
        data = server.recv(65536)
        if not data:
            return
        reply += data


def main():
    numbers = [int(word) if word.isdecimal() else 0 for word in sys.argv[2:3] + sys.argv[4:]]
    if len(sys.argv) != 6 or min(numbers) < 1 or numbers[0] > 65535:
        print("usage: deadline_client HOST PORT MESSAGE CONNECT_MS TOTAL_MS", file=sys.stderr)
        return 2
    message, until, reply = os.fsencode(sys.argv[3]), START + numbers[2] / 1000, bytearray()
    what = "connect"
    try:
        with connect(sys.argv[1], numbers[0], numbers[1] / 1000, until) as server:
            what = "conversation"
            converse(server, message, until, reply)
        if len(reply) < len(message) + 6:
            raise OSError(0, f"reply ended after {len(reply)} of {len(message) + 6} bytes")
        status = 0
    except OSError as error:
        reason = "timed out" if isinstance(error, TimeoutError) else error.strerror
        print(f"deadline_client: {what}: {reason}", file=sys.stderr)
        status = 1
    if what == "conversation":
        sys.stdout.buffer.write(reply + b"\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
