#!/usr/bin/env python3
"""A thread reads stdin; the lease of each subscriber stands in a dictionary."""
import os
import socket
import sys
import threading
import time


class Feed:
    def __init__(self, server, lease):
        self.server, self.lease = server, lease
        self.lock = threading.Lock()
        self.until, self.last = {}, 0

    def say(self, text, to):
        for _ in range(2):  # the first failure may be the news of an earlier datagram
            try:
                self.server.sendto(text, to)
                return
            except OSError:
                pass

    def say_to_all(self, text):
        now = time.monotonic()
        self.until = {who: until for who, until in self.until.items() if until > now}
        for who in self.until:
            self.say(text, who)

    def hear(self):
        while True:
            try:
                word, who = self.server.recvfrom(2048)
            except OSError:
                continue
            word = word.removesuffix(b"\n")
            with self.lock:
                if word == b"JOIN":
                    self.until[who] = time.monotonic() + self.lease
                    self.say(b"WELCOME %d" % (self.last + 1), who)
                elif word == b"LEAVE":
                    self.until.pop(who, None)

    def tell(self, line):
        with self.lock:
            self.last += 1
            self.say_to_all(b"%d %s" % (self.last, line))


def bind(host, port):
    for family, kind, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE):
        server = socket.socket(family, kind)
        try:
            server.bind(address)
            return server
        except OSError as error:
            server.close()
            reason = error
    raise reason


def main():
    numbers = [int(word) if word.isdecimal() else -1 for word in sys.argv[2:]]
    if not 3 <= len(sys.argv) <= 4 or not 0 <= numbers[0] <= 65535 or numbers[1:] and numbers[1] < 1:
        print("usage: feed_server HOST PORT [LEASE_MS]", file=sys.stderr)
        return 2
    server = bind(sys.argv[1], numbers[0])
    feed = Feed(server, (numbers[1] if numbers[1:] else 30000) / 1000)
    host, port = server.getsockname()[:2]
    print(f"listening on [{host}]:{port}" if ":" in host else f"listening on {host}:{port}", flush=True)
    threading.Thread(target=feed.hear, daemon=True).start()
    for line in sys.stdin.buffer:
        feed.tell(line.removesuffix(b"\n"))
    for i in range(3):
        with feed.lock:
            feed.say_to_all(b"END %d" % feed.last)
        time.sleep(0.1)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"feed_server: {sys.argv[1]}: {os.strerror(error.errno) if error.errno > 0 else error.strerror}")
