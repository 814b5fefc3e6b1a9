#pragma once
/// \file
/// What tests of TLS programs are written with besides harness.hpp. A library of its own, so that the other labs build
/// where OpenSSL is missing.
#include "certificates.hpp"
#include "tls_peer.hpp"
