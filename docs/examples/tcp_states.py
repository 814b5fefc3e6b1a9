"""Brings the states of a TCP connection about, one after the other, and lets ss show them. tcp_states.py"""
import socket
import subprocess
import time


def show(what, port):
    time.sleep(0.1)  # on loopback, packets need less
    ss = subprocess.run(["ss", "-tanH", f"( sport = :{port} or dport = :{port} )"], capture_output=True, text=True)
    lines = sorted(ss.stdout.splitlines(), key=lambda line: (not line.startswith("LISTEN"), line))
    print(what, *lines, "", sep="\n")


def conversation():
    """A listening socket, a client, and the server's end."""
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    return listener, client, server, listener.getsockname()[1]


def send_until_full(s):
    s.setblocking(False)
    try:
        while True:
            s.send(bytes(65536))
    except BlockingIOError:
        pass


#! [orderly]
listener, client, server, port = conversation()
show("a listener, a connection", port)
client.shutdown(socket.SHUT_WR)
show("the client has finished sending", port)
server.close()
show("the server has closed too", port)
#! [orderly]

#! [waiting]
full = socket.create_server(("127.0.0.1", 0), backlog=0)
first = socket.create_connection(full.getsockname())
second = socket.socket()
second.setblocking(False)
second.connect_ex(full.getsockname())
show("the queue is full: the second client is not answered", full.getsockname()[1])
#! [waiting]

#! [unread]
listener, client, server, port = conversation()
send_until_full(client)
client.close()
show("the client has closed, and nobody reads what it sent", port)

listener, client, server, port = conversation()
send_until_full(client)
server.shutdown(socket.SHUT_WR)
time.sleep(0.1)
client.close()
show("the same, and the server finished first", port)
#! [unread]
