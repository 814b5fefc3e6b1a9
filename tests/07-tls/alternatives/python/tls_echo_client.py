#!/usr/bin/env python3
"""ssl with memory BIOs. SSLSocket cannot send close_notify and go on reading; SSLObject can."""
import os
import socket
import ssl
import sys


class Secured:
    """The bytes that TLS wants to send and to see are carried by us."""

    def __init__(self, context, connection, name):
        self.connection = connection
        self.arrived, self.leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.arrived, self.leaving, server_hostname=name)

    def carry_on(self, call, *arguments):
        """Calls until it needs nothing more of the other side."""
        while True:
            try:
                result = call(*arguments)
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                data = self.connection.recv(65536)
                if data:
                    self.arrived.write(data)
                else:
                    self.arrived.write_eof()

    def flush(self):
        self.connection.sendall(self.leaving.read())

    def finish_sending(self):
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass  # ours stands in `leaving`; theirs will come when they have answered
        self.flush()

    def receive(self):
        """b"" at close_notify."""
        try:
            return self.carry_on(self.tls.read, 16384)
        except ssl.SSLZeroReturnError:
            return b""


def fail(what):
    sys.exit(f"tls_echo_client: {what}")


def main():
    if not 5 <= len(sys.argv) <= 6 or not sys.argv[2].isdecimal() or not 1 <= int(sys.argv[2]) <= 65535:
        print("usage: tls_echo_client HOST PORT MESSAGE CA [NAME]", file=sys.stderr)
        return 2
    host, port, message, authorities = sys.argv[1], int(sys.argv[2]), os.fsencode(sys.argv[3]), sys.argv[4]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks chain and name, and knows no authority yet
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(authorities)
    except OSError as error:
        fail(f"{authorities}: {error.strerror}")
    connection = socket.create_connection((host, port))
    server = Secured(context, connection, sys.argv[-1] if len(sys.argv) == 6 else host)
    try:
        server.carry_on(server.tls.do_handshake)
    except ssl.SSLCertVerificationError as error:
        fail(f"the server's certificate: {error.verify_message}")
    except ssl.SSLError as error:
        fail(f"handshake: {error.reason or error}")

    reply = bytearray()
    try:
        view = memoryview(message)
        while view:
            view = view[server.carry_on(server.tls.write, view):]
        server.finish_sending()
        while data := server.receive():
            reply += data
    except ssl.SSLEOFError:
        fail(f"the reply is truncated after {len(reply)} bytes")
    except ssl.SSLError as error:
        fail(f"TLS: {error.reason or error}")
    if len(reply) < len(message) + 6:
        fail(f"reply ended after {len(reply)} of {len(message) + 6} bytes")
    sys.stdout.buffer.write(reply + b"\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        fail(f"{sys.argv[1]}:{sys.argv[2]}: {error.strerror}")
