"""The UDP echo client of an introduction to sockets, in full. udp_echo_client.py PORT MESSAGE"""
import socket
import sys

HOST = "127.0.0.1"
PORT = int(sys.argv[1])
MESSAGE = sys.argv[2].encode()

#! [client]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(2)
    client.sendto(MESSAGE, (HOST, PORT))
    reply, sender = client.recvfrom(65535)
    print(reply.decode())
#! [client]
