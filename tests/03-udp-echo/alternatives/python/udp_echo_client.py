#!/usr/bin/env python3
"""A socket that is not connected, but for the news that nobody listens; each sender is compared."""
import os
import socket
import sys
import time


def main():
    if len(sys.argv) != 4 or not sys.argv[2].isdecimal() or not 1 <= int(sys.argv[2]) <= 65535:
        print("usage: udp_echo_client HOST PORT MESSAGE", file=sys.stderr)
        return 2
    family, kind, _, _, server = socket.getaddrinfo(sys.argv[1], int(sys.argv[2]), type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as client:
        # IP_RECVERR: an ICMP refusal is told to sockets that are not connected, too.
        if family == socket.AF_INET:
            client.setsockopt(socket.IPPROTO_IP, 11, 1)
        else:
            client.setsockopt(socket.IPPROTO_IPV6, 25, 1)
        client.sendto(os.fsencode(sys.argv[3]), server)
        deadline = time.monotonic() + 2
        while (left := deadline - time.monotonic()) > 0:
            client.settimeout(left)
            try:
                answer, sender = client.recvfrom(65536)
            except TimeoutError:
                break
            if sender[:2] == server[:2]:
                sys.stdout.buffer.write(answer + b"\n")
                return 0
    sys.exit("udp_echo_client: recvfrom: timed out")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"udp_echo_client: {sys.argv[1]}:{sys.argv[2]}: {error.strerror}")
