#pragma once

/// The reference of lab 07 beside `openssl s_server` and Python's ssl: handshakes a second, megabytes a second echoed.
void compare_tls_servers();
