/* Plain C: BIO_new_ssl_connect is not for us, since it knows one address; everything else is OpenSSL's usual way. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char *reply;
static SSL_CTX *context;
static SSL *tls;

static int over(int status) {
  free(reply);
  SSL_free(tls);
  SSL_CTX_free(context);
  return status;
}

static int fail(const char *what, const char *reason) {
  fprintf(stderr, "tls_echo_client: %s: %s\n", what, reason);
  return over(1);
}

/* 0 or what went wrong. A connect that was interrupted goes on in the background; making it again would fail. */
static int try_connect(int fd, const struct addrinfo *a) {
  struct pollfd connected = {fd, POLLOUT, 0};
  int error = 0;
  socklen_t size = sizeof error;
  if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) return 0;
  if (errno != EINTR) return errno;
  while (poll(&connected, 1, -1) < 0)
    if (errno != EINTR) return errno;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

/* A signal may interrupt what an SSL call waits for. */
static int again(int result) {
  const int error = SSL_get_error(tls, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static int connect_to(const char *host, const char *port, const char **reason) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all;
  int failed = getaddrinfo(host, port, &hints, &all), fd = -1;
  *reason = gai_strerror(failed);
  if (failed) return -1;
  for (struct addrinfo *a = all; a && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    const int error = fd < 0 ? errno : try_connect(fd, a);
    if (!error) break;
    *reason = strerror(error);
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(all);
  return fd;
}

/* -1 when it is no number from `lowest` to `highest`; blanks and signs, which strtol takes, are none. */
static long number(const char *text, long lowest, long highest) {
  char *end;
  if (*text < '0' || *text > '9') return -1;
  errno = 0;
  long value = strtol(text, &end, 10);
  return *end || errno || value < lowest || value > highest ? -1 : value;
}

int main(int argc, char **argv) {
  if (argc < 5 || argc > 6 || number(argv[2], 1, 65535) < 0) {
    fputs("usage: tls_echo_client HOST PORT MESSAGE CA [NAME]\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  const char *name = argv[argc == 6 ? 5 : 1], *reason;
  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  if (!SSL_CTX_load_verify_locations(context, argv[4], NULL)) return fail(argv[4], "holds no certificates");
  tls = SSL_new(context);
  if (!X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), name)) {
    if (!SSL_set1_host(tls, name) || !SSL_set_tlsext_host_name(tls, name)) return fail("NAME", "nobody's");
  }
  ERR_clear_error();

  int fd = connect_to(argv[1], argv[2], &reason);
  if (fd < 0) return fail("connect", reason);
  SSL_set_bio(tls, BIO_new_socket(fd, BIO_CLOSE), NULL);
  SSL_set0_wbio(tls, BIO_new_socket(fd, BIO_NOCLOSE));
  int done;
  do done = SSL_connect(tls);
  while (again(done));
  if (done != 1) {
    const long verdict = SSL_get_verify_result(tls);
    const char *why = ERR_reason_error_string(ERR_peek_error());
    return fail("handshake", verdict != X509_V_OK ? X509_verify_cert_error_string(verdict) : why ? why : "broken off");
  }
  const int length = (int)strlen(argv[3]);
  do done = length > 0 ? SSL_write(tls, argv[3], length) : 0;
  while (length > 0 && again(done));
  if (done != length) return fail("send", "the server has gone");
  do done = SSL_shutdown(tls);
  while (done < 0 && again(done));
  if (done < 0) return fail("close_notify", "the server has gone");

  size_t got = 0, room = 0, n;
  for (;;) {
    if (got == room && !(reply = realloc(reply, room = 2 * room + 4096))) return fail("memory", "none left");
    if (SSL_read_ex(tls, reply + got, room - got, &n))
      got += n;
    else if (!again(0))
      break;
  }
  if (SSL_get_error(tls, 0) != SSL_ERROR_ZERO_RETURN) return fail("reply", "truncated");
  if (got < (size_t)length + 6) {
    fprintf(stderr, "tls_echo_client: reply ended after %zu of %d bytes\n", got, length + 6);
    return over(1);
  }
  fwrite(reply, 1, got, stdout);
  putchar('\n');
  return over(fflush(stdout) != 0);
}
