#!/usr/bin/env python3
"""asyncio's datagram protocol: the loop calls us for each datagram."""
import asyncio
import os
import sys


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, sender):
        self.transport.sendto(b"Echo: " + data, sender)

    def error_received(self, error):
        print(f"udp_echo_server: {error}", file=sys.stderr, flush=True)


async def main(host, port):
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Echo, local_addr=(host, port))
    name = transport.get_extra_info("sockname")
    print(f"listening on [{name[0]}]:{name[1]}" if ":" in name[0] else f"listening on {name[0]}:{name[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal() or int(sys.argv[2]) > 65535:
        print("usage: udp_echo_server HOST PORT", file=sys.stderr)
        sys.exit(2)
    try:
        asyncio.run(main(sys.argv[1], int(sys.argv[2])))
    except OSError as error:
        reason = os.strerror(error.errno) if (error.errno or -1) > 0 else error.strerror or error
        sys.exit(f"udp_echo_server: {sys.argv[1]}: {reason}")
