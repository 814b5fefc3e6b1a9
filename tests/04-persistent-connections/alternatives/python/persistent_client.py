#!/usr/bin/env python3
"""A thread sends the lines of stdin; the main thread prints the answers."""
import os
import socket
import struct
import sys
import threading

LONGEST = 1024 * 1024
asked = 0


def send_lines(connection):
    global asked
    try:
        # Twice the limit is plenty to see that a line is too long.
        while line := sys.stdin.buffer.readline(LONGEST + 2):
            line = line.removesuffix(b"\n")
            if len(line) > LONGEST:
                print("persistent_client: stdin: a line is longer than 1 MiB", file=sys.stderr, flush=True)
                os._exit(1)
            asked += 1
            connection.sendall(struct.pack("!I", len(line)) + line)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other thread will see what has happened


def main():
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal() or not 1 <= int(sys.argv[2]) <= 65535:
        print("usage: persistent_client HOST PORT", file=sys.stderr)
        return 2
    connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    sender = threading.Thread(target=send_lines, args=(connection,), daemon=True)
    sender.start()
    answers, whole = connection.makefile("rb"), 0
    try:
        while len(header := answers.read(4)) == 4:
            length, = struct.unpack("!I", header)
            payload = answers.read(length)
            if len(payload) < length:
                break
            whole += 1
            sys.stdout.buffer.write(payload + b"\n")
            sys.stdout.buffer.flush()
    except ConnectionError:
        pass
    if asked > whole or sender.is_alive():
        print(f"persistent_client: the server has ended: {asked - whole} answers are missing", file=sys.stderr,
              flush=True)
        os._exit(1)  # without waiting for stdin
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"persistent_client: {sys.argv[1]}:{sys.argv[2]}: {error.strerror}")
