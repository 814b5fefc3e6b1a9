#!/usr/bin/env python3
"""One loop: recv for at most as long as nothing has to be said."""
import collections
import signal
import socket
import sys
import time


class Stopped(Exception):
    pass


def stop(*_):
    raise Stopped


class Client:
    def __init__(self, server, lease):
        self.server, self.lease = server, lease
        self.expected, self.welcomed = 0, None  # when the last WELCOME came
        self.seen, self.order = set(), collections.deque()

    def say(self, word):
        try:
            self.server.send(word)
        except OSError:
            if self.welcomed:
                raise

    def tell_missed(self, last):
        if last >= self.expected:
            what = f"{self.expected}-{last}" if last > self.expected else f"{last}"
            print(f"missed {what}", file=sys.stderr, flush=True)

    def take_line(self, number, line):
        if number in self.seen:
            return
        self.seen.add(number)
        self.order.append(number)
        if len(self.order) > 1000:
            self.seen.discard(self.order.popleft())
        self.tell_missed(number - 1)
        self.expected = max(self.expected, number + 1)
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()

    def take(self, datagram):
        """True at the end of the feed."""
        word, blank, rest = datagram.partition(b" ")
        if word == b"WELCOME" and rest.isdigit():
            if not self.welcomed:
                self.expected = int(rest)
            self.welcomed = time.monotonic()
        elif word == b"END" and rest.isdigit():
            if self.welcomed:
                self.tell_missed(int(rest))
            return True
        elif word.isdigit() and blank and self.welcomed:
            self.take_line(int(word), rest)
        return False

    def run(self):
        start = next_join = time.monotonic()
        while True:
            now = time.monotonic()
            if not self.welcomed and now >= start + 5:
                return "nobody answers"
            if self.welcomed and now >= self.welcomed + self.lease:
                return "server gone"
            if now >= next_join:
                self.say(b"JOIN")
                next_join = now + (self.lease / 2 if self.welcomed else 0.5)
            over = self.welcomed + self.lease if self.welcomed else start + 5
            self.server.settimeout(max(0.001, min(next_join, over) - now))
            was_welcomed = self.welcomed
            try:
                if self.take(self.server.recv(65536)):
                    return None
            except TimeoutError:
                pass
            except OSError:
                if self.welcomed:
                    return "server gone"
            if self.welcomed and not was_welcomed:
                next_join = self.welcomed + self.lease / 2


def main():
    words = sys.argv[1:]
    lease = words[3] if len(words) == 4 and words[2] == "--lease" else "30000" if len(words) == 2 else ""
    numbers = [int(word) if word.isdecimal() else 0 for word in [*words[1:2], lease]]
    if min(numbers) < 1 or numbers[0] > 65535 or len(numbers) != 2:
        print("usage: feed_client HOST PORT [--lease MS]", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    family, kind, _, _, address = socket.getaddrinfo(words[0], numbers[0], type=socket.SOCK_DGRAM)[0]
    server = socket.socket(family, kind)
    server.connect(address)
    client, trouble = Client(server, numbers[1] / 1000), None
    try:
        trouble = client.run()
    except Stopped:
        pass
    except ConnectionRefusedError:
        trouble = "server gone"
    if trouble:
        print(f"feed_client: {trouble}", file=sys.stderr)
        return 1
    try:
        server.send(b"LEAVE")
    except OSError:
        pass
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"feed_client: {sys.argv[1]}:{sys.argv[2]}: {error.strerror}")
