#!/usr/bin/env python3
"""One thread and a selector. Each client knows the moment at which it will have been late."""
import errno
import os
import selectors
import signal
import socket
import struct
import sys
import time

LONGEST = 1024 * 1024
MANY = 256 * 1024
PAUSE = 0.2
NOTHING_LEFT = errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM
EVENTS = selectors.EVENT_READ, selectors.EVENT_WRITE


class Client:
    def __init__(self, connection, idle):
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection, self.idle = connection, idle
        self.arrived, self.owed = bytearray(), bytearray()
        self.ended = self.sent_away = self.half_closed = False
        self.dropped = 0
        self.quiet_since = self.frame_since = self.taken_since = time.monotonic()

    def reads(self):
        return not self.ended and (self.sent_away or len(self.owed) < MANY)

    def events(self):
        return (EVENTS[0] if self.reads() else 0) | (EVENTS[1] if self.owed else 0)

    def late_at(self):
        clocks = [self.taken_since] if self.owed else []
        if self.arrived and self.reads():
            clocks.append(self.frame_since)
        return min(clocks or [self.quiet_since]) + self.idle

    def receive(self):
        data = self.connection.recv(65536)
        if not data:
            self.ended = True
            if self.arrived:
                print("idle_server: a client ended inside a frame", file=sys.stderr, flush=True)
            return
        if self.sent_away:
            self.dropped += len(data)
            self.ended = self.dropped > 2 * LONGEST
            return
        now = time.monotonic()
        if not self.arrived:
            self.frame_since = now
        self.arrived += data
        answered = 0
        while len(self.arrived) - answered >= 4:
            length, = struct.unpack_from("!I", self.arrived, answered)
            if length > LONGEST:
                print("idle_server: a frame is too long", file=sys.stderr, flush=True)
                self.sent_away = True
                break
            if len(self.arrived) - answered - 4 < length:
                break
            if not self.owed:
                self.taken_since = now
            self.frame_since = self.quiet_since = now
            self.owed += struct.pack("!I", length + 6) + b"Echo: "
            self.owed += self.arrived[answered + 4:answered + 4 + length]
            answered += 4 + length
        del self.arrived[:len(self.arrived) if self.sent_away else answered]

    def send(self):
        count = self.connection.send(self.owed)
        del self.owed[:count]
        self.taken_since = self.quiet_since = time.monotonic()

    def serve(self, events):
        """False when the conversation is over."""
        try:
            if events & EVENTS[0]:
                self.receive()
            if self.owed:
                self.send()
            # Closed with bytes unread, it would be reset, and the answers that are under way would be lost.
            if self.sent_away and not self.owed and not self.half_closed:
                self.connection.shutdown(socket.SHUT_WR)
                self.half_closed = True
        except BlockingIOError:
            pass
        except OSError:
            return False
        return bool(self.owed) or not self.ended


def listen_on(host, port):
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, _, _, _, address in infos:
        try:
            return socket.create_server(address[:2], family=family, backlog=128)
        except OSError as error:
            reason = error
    raise reason


def serve(listener, idle):
    selector, clients = selectors.DefaultSelector(), {}
    listener.setblocking(False)
    selector.register(listener, EVENTS[0])
    accepts_again_at = None  # while there is no descriptor for one more

    def forget(client):
        selector.unregister(client.connection)
        del clients[client.connection.fileno()]
        client.connection.close()

    while True:
        now = time.monotonic()
        for client in [c for c in clients.values() if c.late_at() <= now]:
            print("idle_server: a client is closed: timed out", file=sys.stderr, flush=True)
            forget(client)
        if accepts_again_at is not None and accepts_again_at <= now:
            selector.register(listener, EVENTS[0])
            accepts_again_at = None
        moments = [client.late_at() for client in clients.values()]
        first = min(moments if accepts_again_at is None else [*moments, accepts_again_at], default=None)
        for key, events in selector.select(None if first is None else max(0, first - now)):
            if key.fileobj is listener:
                try:
                    client = Client(listener.accept()[0], idle)
                except OSError as error:
                    if error.errno in NOTHING_LEFT:
                        selector.unregister(listener)
                        accepts_again_at = time.monotonic() + PAUSE
                    continue
                clients[client.connection.fileno()] = client
                selector.register(client.connection, EVENTS[0], client)
                continue
            client = key.data
            before = client.events()
            if not client.serve(events):
                forget(client)
            elif client.events() != before:
                selector.modify(client.connection, client.events(), client)


def main():
    numbers = [int(word) if word.isdecimal() else -1 for word in sys.argv[2:]]
    if len(sys.argv) != 4 or not 0 <= numbers[0] <= 65535 or numbers[1] < 1:
        print("usage: idle_server HOST PORT IDLE_MS", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listener = listen_on(sys.argv[1], numbers[0])
    host, port = listener.getsockname()[:2]
    print(f"listening on [{host}]:{port}" if ":" in host else f"listening on {host}:{port}", flush=True)
    serve(listener, numbers[1] / 1000)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        reason = os.strerror(error.errno) if (error.errno or -1) > 0 else error.strerror or error
        sys.exit(f"idle_server: {sys.argv[1]}: {reason}")
