# ssl_server.py CERT KEY HOST PORT: Python's ssl with a thread for each connection; echoes what it reads.
import socket
import ssl
import sys
import threading

context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(sys.argv[1], sys.argv[2])


def serve(plain):
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with context.wrap_socket(plain, server_side=True) as client:
            while data := client.recv(65536):
                client.sendall(data)
    except OSError:
        pass


listener = socket.create_server((sys.argv[3], int(sys.argv[4])), backlog=128)
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
