// tls_echo_server HOST PORT [--client-ca FILE] CERT KEY: lab 02's echo inside TLS.
//
// A thread for each connection: what one client does, or does not do, holds up nobody else, and the code of a
// conversation reads from top to bottom. Lab 04's poll loop serves more clients at less cost, but there every
// conversation must be cut into steps. The sockets do not wait by themselves (they are non-blocking), because a limit
// of time for a whole handshake can only be kept by who decides how long each wait may last.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"
#include "tls.hpp"

constexpr std::chrono::seconds handshake_limit(5);
const net::Deadline no_limit(net::Deadline::Clock::time_point::max());

struct Files {
  std::string certificate, key, client_ca;  // the last may be empty
};

// One client: its socket, and the TLS connection that talks through it.
struct Client {
  net::Socket socket;
  net::Ssl ssl;
};

// Bonus: with --client-ca only clients whose certificate leads to that authority are served.
void require_client_certificate(SSL_CTX* context, const std::string& file) {
  if (::SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) != 1) net::throw_tls("client authority " + file);
  ::SSL_CTX_set_client_CA_list(context, ::SSL_load_client_CA_file(file.c_str()));  // tells clients which one to send
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

// Bonus: of the protocols that a client offers (ALPN, RFC 7301) ours is taken. Who offers only others meant somebody
// else, and is told so by an alert; who offers none is served as ever.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int size, void*) {
  static constexpr unsigned char ours[] = {4, 'e', 'c', 'h', 'o'};  // each name follows its length
  int found = ::SSL_select_next_proto(const_cast<unsigned char**>(chosen), length, ours, sizeof ours, offered, size);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void speak_echo(SSL_CTX* context) { ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr); }

// What all connections have in common. Every file is read here and now: a server that finds out at the first handshake
// that its key does not fit finds out too late.
net::SslContext make_context(const Files& files) {
  net::SslContext context = net::new_ssl_context(::TLS_server_method());
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (::SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
    net::throw_tls("certificate " + files.certificate);
  if (::SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    net::throw_tls("key " + files.key);
  // The call above notices a key of the certificate's kind that does not fit; one of another kind only this one does.
  if (::SSL_CTX_check_private_key(context.get()) != 1) net::throw_tls("key " + files.key);
  // No tickets: nobody resumes here, and a client that leaves them unread resets the connection when it closes.
  ::SSL_CTX_set_num_tickets(context.get(), 0);
  // One read takes what has come, instead of one for a record's header and one for the rest of it.
  ::SSL_CTX_set_read_ahead(context.get(), 1);
  if (!files.client_ca.empty()) require_client_certificate(context.get(), files.client_ca);
  speak_echo(context.get());
  return context;
}

// Repeats an SSL call that could not go on, as often as it takes. What it waits for it says itself: even reading may
// have to send first.
template <class Call>
int complete(Client& client, net::Deadline deadline, Call call) {
  while (true) {
    ::ERR_clear_error();  // SSL_get_error looks at the queue too, so nothing old may lie there
    int result = call(client.ssl.get());
    int error = ::SSL_get_error(client.ssl.get(), result);
    bool in_time = true;
    if (error == SSL_ERROR_WANT_READ)
      in_time = net::wait_readable(client.socket, deadline);
    else if (error == SSL_ERROR_WANT_WRITE)
      in_time = net::wait_writable(client.socket, deadline);
    else
      return result;
    // Time is looked at after every step: a byte now and then does not stretch it.
    if (!in_time || deadline.passed()) throw net::TlsError("handshake: timed out");
  }
}

// One deadline for all of it, counted from accept.
void handshake(Client& client, net::Deadline deadline) {
  if (complete(client, deadline, [](SSL* ssl) { return ::SSL_accept(ssl); }) != 1) net::throw_tls("handshake");
}

// Reads what has come, at most one record at once.
// Returns 0 at the end of the request, and that is close_notify alone: whatever else ends the stream, the end of TCP
// included, may come from somebody who wants us to take a part for the whole.
std::size_t read_some(Client& client, std::span<std::byte> buffer) {
  int count = complete(client, no_limit, [buffer](SSL* ssl) {
    return ::SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
  });
  if (count > 0) return static_cast<std::size_t>(count);
  if (::SSL_get_error(client.ssl.get(), count) == SSL_ERROR_ZERO_RETURN) return 0;
  net::throw_tls("request truncated");
}

// Sends what was read, with the prefix in front the first time: in one call, so that a client which receives just
// once finds both.
void send_reply(Client& client, std::string& prefix, std::span<const std::byte> bytes) {
  std::string reply = prefix;
  reply.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  prefix.clear();
  if (reply.empty()) return;  // SSL_write takes no empty message
  int sent = complete(client, no_limit, [&reply](SSL* ssl) {
    return ::SSL_write(ssl, reply.data(), static_cast<int>(reply.size()));
  });
  if (sent <= 0) net::throw_tls("send");
}

// The end of the reply: our close_notify. The client's has come already, so there is nothing left to wait for.
void finish_reply(Client& client, std::string& prefix) {
  send_reply(client, prefix, {});
  complete(client, no_limit, [](SSL* ssl) { return ::SSL_shutdown(ssl); });
}

void converse(Client& client) {
  std::array<std::byte, 16 * 1024> buffer;  // a record holds no more
  std::string prefix = "Echo: ";
  while (std::size_t count = read_some(client, buffer)) send_reply(client, prefix, std::span(buffer).first(count));
  finish_reply(client, prefix);
}

// One conversation, in a thread of its own. However it breaks off, it is told and ends; the server goes on.
void serve_one(Client client, net::Deadline deadline) {
  try {
    handshake(client, deadline);
    converse(client);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a client was lost: %s\n", error.what());
  }
}

// Makes the accepted socket ready for TLS and hands it to a thread.
void start_conversation(const net::SslContext& context, net::Socket socket) {
  net::Deadline deadline = net::Deadline::after(handshake_limit);
  socket.set_nonblocking();
  socket.set_no_delay();
  Client client{std::move(socket), net::new_ssl(context)};
  if (::SSL_set_fd(client.ssl.get(), client.socket.fd()) != 1) net::throw_tls("SSL_set_fd");
  std::thread(serve_one, std::move(client), deadline).detach();
}

// Bonus: SIGHUP asks for the files to be read again. A handler may do next to nothing, so it leaves a note.
std::atomic<bool> renewal_wanted = false;

void watch_for_renewal() {
  std::signal(SIGHUP, [](int) { renewal_wanted = true; });
}

// Every connection keeps the context that it was made with, so nobody is dropped. Files that make no sense change
// nothing.
void renew_if_wanted(net::SslContext& context, const Files& files) {
  if (!renewal_wanted.exchange(false)) return;
  try {
    context = make_context(files);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the old certificate stays: %s\n", error.what());
  }
}

[[noreturn]] void serve(net::Socket& listener, net::SslContext& context, const Files& files) {
  while (true) {
    try {
      net::Socket socket = listener.accept();
      renew_if_wanted(context, files);
      start_conversation(context, std::move(socket));
    } catch (const std::exception& error) {
      // A client that gave up while it waited, or too little of something for one more. Those we have are served on.
      std::fprintf(stderr, "a client was lost: %s\n", error.what());
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

void run(int argc, char** argv) {
  bool with_client_ca = argc == 7 && std::string(argv[3]) == "--client-ca";
  if (argc != 5 && !with_client_ca) throw net::UsageError("tls_echo_server HOST PORT [--client-ca FILE] CERT KEY");
  std::uint16_t port = net::parse_port(argv[2], 0);
  Files files{argv[argc - 2], argv[argc - 1], with_client_ca ? argv[4] : ""};

  net::SslContext context = make_context(files);
  watch_for_renewal();
  net::Socket listener = net::listen_on(argv[1], port);
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);
  serve(listener, context, files);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }
