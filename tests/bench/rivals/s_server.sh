#!/bin/sh
# s_server.sh CERT KEY HOST PORT: OpenSSL's own test server, which answers each line with the line reversed.
exec openssl s_server -rev -accept "$3:$4" -cert "$1" -key "$2"
