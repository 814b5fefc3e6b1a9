"""The TCP echo client of an introduction to sockets, in full. echo_client.py PORT MESSAGE"""
import socket
import sys

HOST = "127.0.0.1"
PORT = int(sys.argv[1])
MESSAGE = sys.argv[2].encode()

#! [client]
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.connect((HOST, PORT))
    server.sendall(MESSAGE)
    reply = server.recv(1024)
    print(reply.decode())
#! [client]
