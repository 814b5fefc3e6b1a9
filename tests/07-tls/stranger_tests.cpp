// Strangers, lost peers, and programs that others wrote: part 07.9. And the bonus, part 07.10.
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "world.hpp"

using namespace harness;

namespace {

constexpr const char* run_server = "./tls_echo_server 127.0.0.1 7000 server.pem server.key";

// Where the system has a program, or nothing.
std::string find_program(const std::string& name) {
  for (const char* folder : {"/usr/local/bin/", "/usr/bin/", "/bin/"})
    if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
  Story::current().step("not here", name + ", so it was not tried");
  return "";
}

// A client that must not be served: not a byte of an answer may come.
bool is_not_served(TlsPeer client) {
  Received answer = client.exchange("hello");
  if (answer.bytes.empty()) return true;
  Story::current().mismatch("a client that is not served", in_quotes(answer.bytes));
  return false;
}

}  // namespace

TEST_CASE("07.9.1 Plain text and nonsense cost one connection",
          "[program:tls_echo_server][points:2][extra][needs:07.3.1]") {
  because(
      "Somebody will type http:// for https://. SSL_accept fails then, and that is the end of one connection and no "
      "reason to end the server.");
  chapter("What a server owes to strangers");
  by_hand(std::string(run_server) + "      and      curl http://127.0.0.1:7000/");
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer guest = meet(server, world.as_client(), "the guest");
  guest.send("one");
  REQUIRE(guest.receive(9) == "Echo: one");

  std::string hello = client_hello();
  std::string huge_record("\x16\x03\x01\xff\xff", 5), alert("\x15\x03\x01\x00\x02\x02\x28", 7);
  std::string spoilt = hello.substr(0, hello.size() - 9) + random_bytes(9);
  spoilt[5] = 0x7f;
  for (const std::string& nonsense : {std::string("GET / HTTP/1.0\r\n\r\n"), random_bytes_of_no_record(500), alert,
                                      huge_record + random_bytes(2000), spoilt}) {
    TlsPeer stranger = TlsPeer::client(Peer::connect(server.listening_on(), "a stranger"));
    stranger.send_raw(nonsense);
    stranger.cut();
    CHECK(stranger.is_hung_up());
  }
  // Nonsense in the middle of a conversation is one too.
  TlsPeer mad = meet(server, world.as_client(), "a client that goes mad");
  mad.send("sane");
  REQUIRE(mad.receive(10) == "Echo: sane");
  mad.send_raw("no longer" + random_bytes(100));
  mad.cut();
  CHECK(mad.is_hung_up());

  CHECK(guest.exchange(" two") == " two");
  CHECK(serves(server, world));
}

TEST_CASE("07.9.2 Clients that hang up in the handshake cost one connection each",
          "[program:tls_echo_server][points:3][extra][needs:07.3.1]") {
  because(
      "A scanner, a client whose user pressed Ctrl-C, a client that does not like your certificate: the handshake "
      "fails in many places. Each is the end of one connection.");
  chapter("What a server owes to strangers");
  by_hand(std::string(run_server) +
          "      and      openssl s_client -connect 127.0.0.1:7000 -CAfile other-ca.pem -verify_return_error");
  World world;
  Program server("tls_echo_server", world.served());
  Endpoint where = server.listening_on();
  std::string hello = client_hello();

  for (bool by_reset : {false, true})
    for (std::size_t length : {std::size_t{0}, hello.size() / 2, hello.size()}) {
      Peer stranger = Peer::connect(where, "a stranger");
      stranger.send_piece(hello.substr(0, length));
      if (by_reset)
        stranger.reset();
      else
        stranger.close();
    }
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsSettings suspicious;
    suspicious.refuse = true;
    suspicious.lowest = suspicious.highest = version;
    TlsPeer client = meet(server, suspicious, "a client that refuses the certificate");
    CHECK(!client.shake_hands());
  }
  CHECK(serves(server, world));
}

TEST_CASE("07.9.3 A client that leaves its replies unread costs nothing",
          "[program:tls_echo_server][points:2][extra][needs:07.3.1]") {
  because(
      "OpenSSL writes to the socket with write, which knows no MSG_NOSIGNAL: the second write to a client that has "
      "gone raises SIGPIPE, which ends a program that does not ignore it.");
  chapter("SIGPIPE again");
  by_hand(std::string(run_server) + "      and a client that sends 20 messages and closes at once");
  World world;
  Program server("tls_echo_server", world.served());

  TlsPeer client = meet(server, world.as_client(), "client 1");
  client.send("hello");
  REQUIRE(client.receive(11) == "Echo: hello");
  // All of it arrives together with our end, and nobody is there for the answers.
  server.stop();
  client.send_records(std::vector<std::string>(20, "is anybody there?"));
  client.close();
  server.resume();
  CHECK(serves(server, world));

  TlsPeer rude = meet(server, world.as_client(), "client 2");
  rude.send("hello");
  REQUIRE(rude.receive(11) == "Echo: hello");
  rude.reset();
  CHECK(serves(server, world));
}

TEST_CASE("07.9.4 Finished conversations leave nothing behind, good ones and failed ones",
          "[program:tls_echo_server][points:2][extra][needs:07.3.1]") {
  // Told anew for each client, or a failure would be told with the story of seven hundred.
  auto begin_story = [] {
    Story::current().begin();
    because(
        "SSL_free gives back some 20 KB a connection, and close a descriptor; both on every way out, also when the "
        "handshake failed.");
    chapter("What a server owes to strangers");
    by_hand("ls /proc/$(pidof tls_echo_server)/fd | wc -l; grep VmRSS /proc/$(pidof tls_echo_server)/status");
  };
  begin_story();
  World world;
  Options options;
  // The address sanitizer keeps what was freed for a while, which would look like a leak.
  options.environment = {"ASAN_OPTIONS=quarantine_size_mb=0:thread_local_quarantine_size_kb=0:malloc_context_size=1"};
  Program server("tls_echo_server", world.served(), options);
  std::string hello = client_hello();

  auto converse = [&](int times) {
    for (int i = 0; i < times; ++i) {
      begin_story();
      TlsPeer good = meet(server, {}, "a client");
      REQUIRE(good.exchange("x") == "Echo: x");
      if (i % 3 == 0) {
        TlsSettings suspicious;
        suspicious.refuse = true;
        REQUIRE(!meet(server, suspicious, "a client that refuses the certificate").shake_hands());
      } else {
        Peer stranger = Peer::connect(server.listening_on(), "a stranger");
        stranger.send(i % 3 == 1 ? "GET / HTTP/1.0\r\n\r\n" : hello);
        stranger.finish_sending();
        stranger.receive_all();
      }
    }
  };
  std::size_t idle = open_descriptors(server.pid());
  converse(60);
  REQUIRE(settles_at_most(
      idle + 1, [&server] { return open_descriptors(server.pid()); }, "open descriptors"));
  std::size_t before = resident_kib(server.pid());
  converse(300);
  CHECK(settles_at_most(
      idle + 1, [&server] { return open_descriptors(server.pid()); }, "open descriptors"));
  CHECK(settles_at_most(
      0, [&server] { return zombies(server.pid()); }, "finished children that nobody waited for"));
  std::size_t growth = has_thread_sanitizer(server.pid()) ? 16 * 1024 : 2560;
  CHECK(settles_at_most(
      before + growth, [&server] { return resident_kib(server.pid()); }, "KiB of memory in use"));
}

TEST_CASE("07.9.5 Programs that others wrote can talk to the server",
          "[program:tls_echo_server][points:1][extra][needs:07.3.1]") {
  because(
      "openssl s_client, curl and Python all speak TLS, each in its own way: a server that serves them serves the "
      "world.");
  chapter("Look at it with openssl");
  by_hand(std::string(run_server) +
          "      and      openssl s_client -connect 127.0.0.1:7000 -CAfile ca.pem -quiet -no_ign_eof");
  World world;
  Program server("tls_echo_server", world.served());
  std::string where = in_words(server.listening_on()), port = std::to_string(server.listening_on().port);
  int tried = 0;

  if (std::string openssl = find_program("openssl"); !openssl.empty()) {
    Program s_client(openssl, {"s_client", "-connect", where, "-CAfile", world.ca, "-verify_return_error", "-verify_ip",
                               "127.0.0.1", "-servername", "localhost", "-quiet", "-no_ign_eof"});
    s_client.type("hello from s_client\n");
    CHECK(s_client.next_line() == "Echo: hello from s_client");
    s_client.end_input();
    CHECK(s_client.exit_status() == 0);
    ++tried;
  }
  if (std::string curl = find_program("curl"); !curl.empty()) {
    Program get(curl, {"--silent", "--no-buffer", "--http0.9", "--no-alpn", "--noproxy", "*", "--cacert", world.ca,
                       "--resolve", "localhost:" + port + ":127.0.0.1", "https://localhost:" + port + "/"});
    CHECK(get.next_line() == "Echo: GET / HTTP/1.1\r");
    ++tried;
  }
  if (std::string python = find_program("python3"); !python.empty()) {
    Program client(python, {"-c",
                            "import socket, ssl, sys\n"
                            "context = ssl.create_default_context(cafile=sys.argv[2])\n"
                            "with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as plain:\n"
                            "  s = context.wrap_socket(plain, server_hostname='localhost')\n"
                            "  s.sendall(b'hello from Python')\n"
                            "  print(s.recv(1024).decode())\n"
                            "  s.unwrap()\n",
                            port, world.ca});
    CHECK(client.output() == "Echo: hello from Python\n");
    CHECK(client.exit_status() == 0);
    ++tried;
  }
  if (tried == 0) SKIP("neither openssl nor curl nor python3 is installed here");
}

TEST_CASE("07.9.6 The client can talk to servers that others wrote",
          "[program:tls_echo_client][points:1][extra][needs:07.8.1]") {
  because("openssl s_server and Python's ssl end a conversation each in its own way; both say close_notify.");
  chapter("Look at it with openssl");
  by_hand(
      "openssl s_server -accept 7000 -cert server.pem -key server.key      and      ./tls_echo_client 127.0.0.1 7000 "
      "hello ca.pem");
  World world;
  int tried = 0;

  if (std::string openssl = find_program("openssl"); !openssl.empty()) {
    Program s_server(openssl, {"s_server", "-accept", "127.0.0.1:0", "-cert", world.certificate, "-key", world.key,
                               "-naccept", "1"});
    s_server.type("Echo: hello\n");  // it sends what is typed as soon as somebody is there
    std::string port;
    while (port.empty() && s_server.has_line_within(patience()))
      if (std::string line = s_server.next_line().bytes; line.starts_with("ACCEPT "))
        port = line.substr(line.rfind(':') + 1);
    REQUIRE(!port.empty());
    Program client("tls_echo_client", {"127.0.0.1", port, "hello", world.ca});
    CHECK(client.output() == "Echo: hello\n\n");
    CHECK(client.exit_status() == 0);
    ++tried;
  }
  if (std::string python = find_program("python3"); !python.empty()) {
    Program server(python, {"-c",
                            "import socket, ssl, sys\n"
                            "context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)\n"
                            "context.load_cert_chain(sys.argv[1], sys.argv[2])\n"
                            "with socket.create_server(('127.0.0.1', 0)) as listener:\n"
                            "  print('listening on 127.0.0.1:%d' % listener.getsockname()[1], flush=True)\n"
                            "  with context.wrap_socket(listener.accept()[0], server_side=True) as s:\n"
                            "    request = b''\n"
                            "    while data := s.recv(1024): request += data\n"
                            "    s.sendall(b'Echo: ' + request)\n"
                            "    s.unwrap()\n",
                            world.certificate, world.key});
    Program client("tls_echo_client",
                   {"127.0.0.1", std::to_string(server.listening_on().port), "hello", world.ca, "localhost"});
    CHECK(client.output() == "Echo: hello\n");
    CHECK(client.exit_status() == 0);
    ++tried;
  }
  if (tried == 0) SKIP("neither openssl nor python3 is installed here");
}

TEST_CASE("07.9.7 The server listens on IPv6 too", "[program:tls_echo_server][points:1][extra][needs:07.3.1]") {
  if (!have_ipv6()) SKIP("this machine's loopback has no ::1");
  because("getaddrinfo gives addresses of both families, and TLS does not care which one carries it.");
  chapter("The handshake");
  by_hand(
      "./tls_echo_server ::1 7000 server.pem server.key      and      openssl s_client -connect '[::1]:7000' -CAfile "
      "ca.pem");
  World world;
  Program server("tls_echo_server", {"::1", "0", world.certificate, world.key});

  CHECK(server.listening_on().host == "::1");
  CHECK(serves(server, world, "we"));
}

TEST_CASE("07.9.8 A lost accept, short counts and interrupted calls change nothing",
          "[program:tls_echo_server][points:1][extra][needs:07.3.1]") {
  because(
      "accept may fail with ECONNABORTED, when a client has left before its turn. A signal may end the read or write "
      "inside an SSL call with EINTR; on a socket that waits by itself the call then fails with SSL_ERROR_WANT_READ or "
      "SSL_ERROR_WANT_WRITE: make it again.");
  chapter("What a server owes to strangers");
  by_hand("hard to bring about by hand; look what your program does when accept gives -1");
  World world;
  Program server("tls_echo_server", world.served(),
                 with(receives_at_most(100), sends_at_most(500), interrupts_every(3), accept_fails_once(ECONNABORTED)));

  for (int i = 1; i <= 3; ++i) {
    TlsPeer client = meet(server, world.as_client(), "client " + std::to_string(i));
    std::string message = random_text(3'000);
    REQUIRE(client.exchange(message) == "Echo: " + message);
  }
}

TEST_CASE("07.10.1 With --client-ca only clients with a certificate are served",
          "[program:tls_echo_server][points:5][bonus][needs:07.3.1]") {
  because(
      "TLS can prove both sides. SSL_VERIFY_PEER makes a server ask for a certificate; only with "
      "SSL_VERIFY_FAIL_IF_NO_PEER_CERT does it insist on one.");
  chapter("Client certificates");
  by_hand(
      "./tls_echo_server 127.0.0.1 7000 --client-ca ca.pem server.pem server.key      and      openssl s_client ... "
      "-cert client.pem -key client.key");
  World world;
  Identity clients_root = Identity::root("The clients' authority"), rogue = Identity::root("Somebody else");
  Subject subject;
  subject.common_name = "a client";
  subject.for_servers = false;
  Identity good = clients_root.issue(subject), bad = rogue.issue(subject);
  Program server("tls_echo_server",
                 {"127.0.0.1", "0", "--client-ca", world.folder.write("clients.pem", clients_root.certificate_pem()),
                  world.certificate, world.key});
  for (const Identity* own : std::vector<const Identity*>{&good, nullptr, &bad}) {
    TlsSettings settings = world.as_client();
    settings.own = own;
    TlsPeer client = meet(server, settings,
                          own == &good     ? "a client"
                          : own == nullptr ? "a client without certificate"
                                           : "a client of a wrong authority");
    // In TLS 1.3 a client learns only after its handshake that its certificate was not liked.
    if (own == &good)
      CHECK(client.exchange("hello") == "Echo: hello");
    else
      CHECK(is_not_served(std::move(client)));
  }
  TlsSettings settings = world.as_client();
  settings.own = &good;
  CHECK(meet(server, settings, "the next").exchange("hello") == "Echo: hello");

  world.folder.write("suspect.pem", "this is no PEM file\n");
  Program suspicious("tls_echo_server", {"127.0.0.1", "0", "--client-ca", world.folder.path_of("suspect.pem"),
                                         world.certificate, world.key});
  CHECK(suspicious.exit_status() == 1);
  CHECK(names_cause(suspicious, "the name of the file", "suspect\\.pem"));
}

TEST_CASE("07.10.2 SIGHUP renews the certificate, and nobody is dropped",
          "[program:tls_echo_server][points:5][bonus][needs:07.3.1]") {
  because(
      "Certificates run out every few weeks, conversations may last longer. A new context for those that come, the old "
      "one for those that are there: SSL_new keeps its context alive.");
  chapter("Renewing a certificate");
  by_hand("cp new.pem server.pem; cp new.key server.key; kill -HUP $(pidof tls_echo_server)");
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer guest = meet(server, world.as_client(), "the guest");
  guest.send("one");
  REQUIRE(guest.receive(9) == "Echo: one");

  // A signal arrives when it arrives, so a few clients may still meet the old certificate.
  auto is_presented = [&](const Identity& expected) {
    for (Deadline deadline(patience()); !deadline.passed();) {
      TlsPeer client = meet(server, world.as_client(), "a client");
      if (!client.is_secured()) return false;
      if (client.was_shown(expected)) return true;
    }
    Story::current().mismatch("the new certificate", "still the old one");
    return false;
  };
  Identity renewed = world.root.issue({});
  world.folder.write("server.pem", renewed.chain_pem());
  world.folder.write("server.key", renewed.key_pem());
  server.signal(SIGHUP);
  CHECK(is_presented(renewed));
  CHECK(guest.exchange(" two") == " two");
  // Files that make no sense change nothing.
  world.folder.write("server.pem", "no certificate");
  server.signal(SIGHUP);
  CHECK(serves(server, world));
  CHECK(serves(server, world));
}

TEST_CASE("07.10.3 Of the protocols that a client offers the right one is taken",
          "[program:tls_echo_server][points:3][bonus][needs:07.3.1]") {
  because(
      "A client says in its hello what it wants to speak inside TLS (ALPN). A server that takes what it does not "
      "speak, or says nothing to one that asked for something else, talks past its client.");
  chapter("Which protocol? ALPN");
  by_hand("openssl s_client -connect 127.0.0.1:7000 -alpn h2,echo");
  World world;
  Program server("tls_echo_server", world.served());
  int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(version);
  TlsSettings settings = world.as_client();
  settings.lowest = settings.highest = version;

  settings.protocols = {"h2", "echo", "echo/2"};
  TlsPeer client = meet(server, settings, "one that knows h2 and echo");
  REQUIRE(client.is_secured());
  if (client.protocol().empty()) SKIP("the server takes no part in ALPN, and need not: this bonus is left out");
  CHECK(client.protocol() == "echo");
  CHECK(client.exchange("hello") == "Echo: hello");

  settings.protocols = {"h2", "http/1.1", "echo/2", "ech"};
  TlsPeer other = meet(server, settings, "one that knows no echo");
  CHECK(other.is_refused());

  settings.protocols = {};
  TlsPeer silent = meet(server, settings, "one that offers nothing");
  CHECK(silent.exchange("hello") == "Echo: hello");
}
