#!/usr/bin/env python3
"""asyncio's streams: a task for each client, and drain() as the brake for one that does not read."""
import asyncio
import os
import signal
import socket
import struct
import sys

LONGEST = 1024 * 1024


class Server:
    def __init__(self):
        self.stopping = asyncio.Event()
        self.writers = set()

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            await self.answer_frames(reader, writer)
            await self.part(reader, writer)
        except ConnectionError:
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def answer_frames(self, reader, writer):
        writer.transport.set_write_buffer_limits(high=256 * 1024)
        try:
            while not self.stopping.is_set():
                length, = struct.unpack("!I", await reader.readexactly(4))
                if length > LONGEST:
                    print("persistent_server: a frame is too long", file=sys.stderr, flush=True)
                    return
                payload = await reader.readexactly(length)
                writer.write(struct.pack("!I", length + 6) + b"Echo: " + payload)
                await writer.drain()
        except asyncio.IncompleteReadError as error:
            if error.partial or error.expected != 4:
                print("persistent_server: a client ended inside a frame", file=sys.stderr, flush=True)

    async def part(self, reader, writer):
        """What is owed leaves; then what still comes is passed over: to close with bytes unread is a reset."""
        writer.transport.set_write_buffer_limits(high=0)
        await writer.drain()
        writer.write_eof()
        passed_over = 0
        while passed_over < 2 * LONGEST and (data := await reader.read(65536)):
            passed_over += len(data)

    async def run(self, host, port):
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # The backlog stays 100: out of descriptors, some versions of asyncio fail as often in a row, and tell each time.
        for info in infos:
            try:
                server = await asyncio.start_server(self.serve, *info[4][:2])
                break
            except OSError:
                if info is infos[-1]:
                    raise
        name = server.sockets[0].getsockname()
        print(f"listening on [{name[0]}]:{name[1]}" if ":" in name[0] else f"listening on {name[0]}:{name[1]}",
              flush=True)
        await self.stopping.wait()
        server.close()
        for writer in self.writers:
            if not writer.transport.is_closing() and writer.transport.is_reading():
                writer.transport.pause_reading()
        deadline = loop.time() + 2
        while loop.time() < deadline and any(w.transport.get_write_buffer_size() for w in self.writers):
            await asyncio.sleep(0.02)


async def main():
    await Server().run(sys.argv[1], int(sys.argv[2]))


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal() or int(sys.argv[2]) > 65535:
        print("usage: persistent_server HOST PORT", file=sys.stderr)
        sys.exit(2)
    try:
        asyncio.run(main())
    except OSError as error:
        reason = os.strerror(error.errno) if (error.errno or -1) > 0 else error.strerror or error
        sys.exit(f"persistent_server: {sys.argv[1]}: {reason}")
