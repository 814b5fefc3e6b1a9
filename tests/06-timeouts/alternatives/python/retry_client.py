#!/usr/bin/env python3
"""A connected socket; its refusals are passed over."""
import os
import secrets
import socket
import sys
import time


def ask(server, question, expected, wait):
    """The answer, or None when the wait is over."""
    until = time.monotonic() + wait
    try:
        server.send(question)
    except ConnectionRefusedError:
        server.send(question)  # that was about an earlier try
    while (left := until - time.monotonic()) > 0:
        server.settimeout(left)
        try:
            answer = server.recv(65536)
        except ConnectionRefusedError:
            continue
        except TimeoutError:
            return None
        if answer.startswith(expected):
            return answer[len(expected):]
    return None


def main():
    numbers = [int(word) if word.isdecimal() else 0 for word in sys.argv[2:3] + sys.argv[4:]]
    if len(sys.argv) != 6 or min(numbers) < 1 or numbers[0] > 65535:
        print("usage: retry_client HOST PORT MESSAGE TRIES FIRST_WAIT_MS", file=sys.stderr)
        return 2
    port, tries, wait = numbers
    family, kind, _, _, address = socket.getaddrinfo(sys.argv[1], port, type=socket.SOCK_DGRAM)[0]
    head = secrets.token_hex(4).encode() + b" "
    with socket.socket(family, kind) as server:
        server.connect(address)
        for _ in range(tries):
            answer = ask(server, head + os.fsencode(sys.argv[3]), b"Echo: " + head, wait / 1000)
            if answer is not None:
                sys.stdout.buffer.write(b"Echo: " + answer + b"\n")
                return 0
            wait *= 2
    sys.exit(f"retry_client: no answer after {tries} tries")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"retry_client: {sys.argv[1]}:{sys.argv[2]}: {error.strerror}")
