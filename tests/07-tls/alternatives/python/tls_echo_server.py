#!/usr/bin/env python3
"""ssl's sockets, a thread for each client. The limit of a handshake is the socket's timeout: it holds for the whole."""
import signal
import socket
import ssl
import sys
import threading


def make_context(certificate, key, client_authorities):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python's default takes an end of TCP for a good end.
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        raise OSError(0, f"{certificate} and {key}: {error.strerror}")
    if client_authorities:
        try:
            context.load_verify_locations(client_authorities)
        except OSError as error:
            raise OSError(0, f"{client_authorities}: {error.strerror}")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def say(what):
    print(f"tls_echo_server: {what}", file=sys.stderr, flush=True)


def say_goodbye(client):
    while True:
        try:
            client.unwrap()
            return
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass  # a signal has interrupted it; unlike recv, unwrap is not made again by itself


def serve(context, connection):
    with connection:
        try:
            connection.settimeout(5)
            client = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False,
                                         suppress_ragged_eofs=False)
        except OSError as error:
            say(error)
            return
        with client:
            try:
                client.do_handshake()
                client.settimeout(None)
                prefix = b"Echo: "
                while data := client.recv(16384 - 6):
                    client.sendall(prefix + data)
                    prefix = b""
                client.sendall(prefix)
                say_goodbye(client)
            except OSError as error:
                cut = isinstance(error, ssl.SSLEOFError) or "UNEXPECTED_EOF" in str(error)
                say("a request was truncated" if cut else error)


def listen_on(host, port):
    for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE):
        try:
            return socket.create_server(address[:2], family=family, backlog=128)
        except OSError as error:
            reason = OSError(error.errno, f"{host}: {error.strerror}")
    raise reason


def main():
    words = sys.argv[1:]
    client_authorities = None
    if len(words) == 6 and words[2] == "--client-ca":
        client_authorities = words[3]
        del words[2:4]
    if len(words) != 4 or not words[1].isdecimal() or int(words[1]) > 65535:
        print("usage: tls_echo_server HOST PORT [--client-ca FILE] CERT KEY", file=sys.stderr)
        return 2
    context = make_context(*words[2:], client_authorities)

    def renew(*_):
        nonlocal context
        try:
            context = make_context(*words[2:], client_authorities)
        except OSError as error:
            say(f"the old certificate stays: {error.strerror}")

    signal.signal(signal.SIGHUP, renew)
    listener = listen_on(words[0], int(words[1]))
    host, port = listener.getsockname()[:2]
    print(f"listening on [{host}]:{port}" if ":" in host else f"listening on {host}:{port}", flush=True)
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            continue
        threading.Thread(target=serve, args=(context, connection), daemon=True).start()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        say(error.strerror)
        sys.exit(1)
