/* Plain C: a process for each client. An alarm ends the process whose handshake takes too long. */
#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t hung_up;

static void on_hangup(int number) { hung_up = number; }

static int fail(const char *what, const char *reason) {
  fprintf(stderr, "tls_echo_server: %s: %s\n", what, reason);
  return 1;
}

static SSL_CTX *make_context(const char *certificate, const char *key, const char *client_ca) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  const char *trouble = NULL;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
    trouble = certificate;
  else if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(context) != 1)
    trouble = key;
  else if (client_ca && !SSL_CTX_load_verify_locations(context, client_ca, NULL))
    trouble = client_ca;
  if (client_ca) SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  if (!trouble) return context;
  const char *why = ERR_reason_error_string(ERR_peek_error());
  fail(trouble, why ? why : "cannot be used");
  ERR_clear_error();
  SSL_CTX_free(context);
  return NULL;
}

/* True when a signal has interrupted the call, which is to be made again; the socket blocks. */
static int interrupted(SSL *tls, int result) {
  if (result > 0) return 0;
  const int error = SSL_get_error(tls, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static int read_some(SSL *tls, char *bytes, int most) {
  int n;
  do n = SSL_read(tls, bytes, most);
  while (interrupted(tls, n));
  return n;
}

static int write_all(SSL *tls, const char *bytes, int count) {
  int n;
  do n = SSL_write(tls, bytes, count);
  while (interrupted(tls, n));
  return n;
}

static void converse(SSL *tls) {
  static char bytes[6 + 16000] = "Echo: ";
  int n, greeting = 6;
  while ((n = read_some(tls, bytes + 6, sizeof bytes - 6)) > 0) {
    if (write_all(tls, bytes + 6 - greeting, n + greeting) <= 0) return;
    greeting = 0;
  }
  if (SSL_get_error(tls, n) != SSL_ERROR_ZERO_RETURN) {
    fail("a client", "its request is truncated");
    return;
  }
  if (greeting && write_all(tls, bytes, greeting) <= 0) return;
  do n = SSL_shutdown(tls);
  while (n < 0 && interrupted(tls, n));
}

/* In a process of its own. */
static int serve(SSL_CTX *context, int fd) {
  SSL *tls = SSL_new(context);
  SSL_set_fd(tls, fd);
  alarm(5);
  int secured;
  do secured = SSL_accept(tls);
  while (interrupted(tls, secured));
  alarm(0);
  if (secured == 1)
    converse(tls);
  else
    ERR_print_errors_fp(stderr);
  SSL_free(tls);
  close(fd);
  return 0;
}

static int listen_on(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *all;
  int failed = getaddrinfo(host, port, &hints, &all), fd = -1, reason = 0;
  if (failed) exit(fail(host, gai_strerror(failed)));
  for (struct addrinfo *a = all; a && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) == 0 &&
        bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 64) == 0)
      break;
    reason = errno;
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(all);
  if (fd < 0) exit(fail("bind", strerror(reason)));
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
  const int option = argc == 7 && !strcmp(argv[3], "--client-ca");
  if ((argc != 5 && !option) || number(argv[2], 0, 65535) < 0) {
    fputs("usage: tls_echo_server HOST PORT [--client-ca FILE] CERT KEY\n", stderr);
    return 2;
  }
  const char *certificate = argv[argc - 2], *key = argv[argc - 1], *client_ca = option ? argv[4] : NULL;
  SSL_CTX *context = make_context(certificate, key, client_ca);
  if (!context) return 1;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_IGN); /* finished children are not waited for, nor kept */
  sigaction(SIGHUP, &(struct sigaction){.sa_handler = on_hangup}, NULL);

  int listener = listen_on(argv[1], argv[2]);
  struct sockaddr_storage own;
  socklen_t length = sizeof own;
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getsockname(listener, (struct sockaddr *)&own, &length);
  getnameinfo((struct sockaddr *)&own, length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  printf(own.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  fflush(stdout);

  const pid_t parent = getpid();
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (hung_up) {
      hung_up = 0;
      SSL_CTX *renewed = make_context(certificate, key, client_ca);
      if (renewed) {
        SSL_CTX_free(context);
        context = renewed;
      }
    }
    if (fd < 0) continue;
    pid_t child = fork();
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      signal(SIGHUP, SIG_IGN); /* it is for the parent, and would break off what we wait for */
      if (getppid() != parent) _exit(1);
      close(listener);
      _exit(serve(context, fd));
    }
    if (child < 0) fail("fork", strerror(errno));
    close(fd);
  }
}
