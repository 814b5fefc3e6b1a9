"""The UDP echo server of an introduction to sockets, in full. udp_echo_server.py [PORT]"""
import socket
import sys

HOST = "127.0.0.1"
PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 7003

#! [server]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind((HOST, PORT))
    print("listening on %s:%d" % server.getsockname(), flush=True)
    while True:
        data, sender = server.recvfrom(65535)
        server.sendto(b"Echo: " + data, sender)
#! [server]
