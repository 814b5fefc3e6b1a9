"""The five practices of an introduction to sockets in one client: exceptions, closing, a timeout, encryption, a test.
practices.py HOST PORT CA MESSAGE"""
import socket
import ssl
import sys


#! [ask]
def ask(host, port, ca, message):
    context = ssl.create_default_context(cafile=ca)                # encrypt, and know to whom
    with socket.create_connection((host, port), timeout=2) as s:   # close on every way out; never wait for ever
        with context.wrap_socket(s, server_hostname=host) as tls:
            tls.sendall(message)
            return tls.recv(1024)
#! [ask]


#! [main]
try:
    print(ask(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4].encode()).decode())
except OSError as error:                                           # ssl.SSLError and timeouts are OSErrors too
    sys.exit("practices.py: %s" % error)
#! [main]
