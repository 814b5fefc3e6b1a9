#!/usr/bin/env python3
"""A thread sends the lines of stdin; the main thread prints the answers."""
import os
import socket
import struct
import sys
import threading

LONGEST = 1024 * 1024


class Client:
    def __init__(self, server):
        self.server = server
        self.asked = self.answered = 0
        self.asked_all = False
        self.lock = threading.Lock()

    def end(self, status, trouble=None):
        """Without waiting for the other thread, which may be waiting for stdin."""
        if trouble:
            print(f"persistent_client: {trouble}", file=sys.stderr, flush=True)
        os._exit(status)

    def end_if_done(self):
        with self.lock:
            if self.asked_all and self.answered == self.asked:
                self.end(0)

    def send_lines(self):
        try:
            while line := sys.stdin.buffer.readline(LONGEST + 2):
                line = line.removesuffix(b"\n")
                if len(line) > LONGEST:
                    self.end(1, "stdin: a line is longer than 1 MiB")
                self.asked += 1
                self.server.sendall(struct.pack("!I", len(line)) + line)
            self.server.shutdown(socket.SHUT_WR)
        except OSError:
            return  # the other thread will see what has happened
        self.asked_all = True
        self.end_if_done()

    def print_answers(self):
        answers = self.server.makefile("rb")
        while len(header := answers.read(4)) == 4:
            length, = struct.unpack("!I", header)
            payload = answers.read(length)
            if len(payload) < length:
                return
            sys.stdout.buffer.write(payload + b"\n")
            sys.stdout.buffer.flush()
            with self.lock:
                self.answered += 1
            self.end_if_done()


def main():
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal() or not 1 <= int(sys.argv[2]) <= 65535:
        print("usage: persistent_client HOST PORT", file=sys.stderr)
        return 2
    client = Client(socket.create_connection((sys.argv[1], int(sys.argv[2]))))
    threading.Thread(target=client.send_lines, daemon=True).start()
    try:
        client.print_answers()
    except ConnectionError:
        pass
    client.end_if_done()
    client.end(1, f"the server has ended: {client.asked - client.answered} answers are missing")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"persistent_client: {sys.argv[1]}:{sys.argv[2]}: {error.strerror}")
