"""The TCP echo server of an introduction to sockets, in full. echo_server.py [PORT]"""
import socket
import sys

HOST = "127.0.0.1"
PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 7000

#! [server]
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, PORT))
    listener.listen()
    print("listening on %s:%d" % listener.getsockname(), flush=True)
    while True:
        client, peer = listener.accept()
        with client:
            data = client.recv(1024)
            client.sendall(b"Echo: " + data)
#! [server]
