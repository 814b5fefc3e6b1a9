// What a peer can observe of tls_echo_server. Parts 07.1 to 07.4.
#include "world.hpp"

using namespace harness;

namespace {

constexpr const char* by_openssl =
    "./tls_echo_server 127.0.0.1 7000 server.pem server.key      and      "
    "openssl s_client -connect 127.0.0.1:7000 -CAfile ca.pem -quiet -no_ign_eof";

// The server must end with 1, without ever having listened, and name one of `files`.
bool gives_up_naming(Program& server, const std::vector<std::string>& files) {
  if (!(server.exit_status() == 1)) return false;
  std::string errors = server.errors();
  for (const std::string& file : files)
    if (errors.find(file) != std::string::npos) return server.output() == "";
  return names_cause(server, "the name of the file: " + files.front(), "[^\\s\\S]");
}

}  // namespace

TEST_CASE("07.1.1 The server presents its certificate", "[program:tls_echo_server][points:3]") {
  because(
      "A context holds what all connections have in common: certificate, key, versions. Each connection is an SSL "
      "object made from it; SSL_accept makes the server's part of the handshake.");
  chapter("A context for all connections");
  by_hand(by_openssl);
  World world;
  Program server("tls_echo_server", world.served());

  CHECK(server.listening_on().host == "127.0.0.1");
  TlsPeer client = meet(server, world.as_client());
  CHECK(client.is_secured());
  CHECK(client.was_shown(world.server));
}

TEST_CASE("07.1.2 The whole chain is sent", "[program:tls_echo_server][points:3][needs:07.1.1]") {
  because(
      "A client has the root and nothing else. The certificates between yours and the root must come from you: "
      "SSL_CTX_use_certificate_chain_file reads them all, SSL_CTX_use_certificate_file only the first.");
  chapter("A chain of certificates");
  by_hand(
      "cat server.pem intermediate.pem > chain.pem; ./tls_echo_server 127.0.0.1 7000 chain.pem server.key      and     "
      " openssl s_client -connect 127.0.0.1:7000 -CAfile ca.pem -showcerts");
  World world;
  Subject upper, lower;
  upper.authority = lower.authority = true;
  upper.common_name = "upper authority";
  lower.common_name = "lower authority";
  Identity leaf = world.root.issue(upper).issue(lower).issue({});
  Program server("tls_echo_server", {"127.0.0.1", "0", world.folder.write("chain.pem", leaf.chain_pem()),
                                     world.folder.write("leaf.key", leaf.key_pem())});

  TlsPeer client = meet(server, world.as_client());
  CHECK(client.is_secured());
  CHECK(client.was_shown(3));
}

TEST_CASE("07.1.3 A key that does not match is noticed before the server listens",
          "[program:tls_echo_server][points:2][needs:07.1.1]") {
  because(
      "A server that does not look at the results starts well, and then every handshake fails with \"no shared "
      "cipher\". SSL_CTX_check_private_key compares the two; for a key of another kind it is the only call that does.");
  chapter("A context for all connections");
  by_hand(
      "openssl genpkey -algorithm ed25519 -out other.key; ./tls_echo_server 127.0.0.1 7000 server.pem other.key; echo "
      "$?");
  World world;
  Subject other;
  other.key = GENERATE(Subject::Key::p256, Subject::Key::ed25519);
  std::string key = world.folder.write("other.key", world.root.issue(other).key_pem());
  Program server("tls_echo_server", {"127.0.0.1", "0", world.certificate, key});

  CHECK(gives_up_naming(server, {"other.key", "server.pem"}));
}

TEST_CASE("07.1.4 A missing or senseless file is named before the server listens",
          "[program:tls_echo_server][points:2][needs:07.1.1]") {
  because(
      "Who starts a server wants to read which of the files is wrong, now, and not in the log of the first client's "
      "visit.");
  chapter("Errors come in a queue");
  by_hand("./tls_echo_server 127.0.0.1 7000 nothing.pem server.key; echo $?");
  World world;
  auto role = GENERATE(0, 1);
  auto content = GENERATE(0, 1, 2, 3);
  CAPTURE(role, content);
  std::string bad = world.folder.path_of("suspect.pem");
  if (content == 1) world.folder.write("suspect.pem", "");
  if (content == 2) world.folder.write("suspect.pem", "this is no PEM file\n" + random_bytes(300));
  // The other of the two: a key where a certificate belongs, and the other way round.
  if (content == 3)
    world.folder.write("suspect.pem", role == 0 ? world.server.key_pem() : world.server.certificate_pem());
  Program server("tls_echo_server",
                 {"127.0.0.1", "0", role == 0 ? bad : world.certificate, role == 0 ? world.key : bad});

  CHECK(gives_up_naming(server, {"suspect.pem"}));
}

TEST_CASE("07.1.5 Wrong arguments get a usage line and status 2", "[program:tls_echo_server][points:1][needs:07.1.1]") {
  because("HOST, PORT, CERT and KEY are all needed, and a port is a number from 0 to 65535.");
  chapter("Exit status and messages");
  by_hand("./tls_echo_server 127.0.0.1 abc server.pem server.key; echo $?");
  World world;
  auto arguments = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1", "0"},
                            std::vector<std::string>{"127.0.0.1", "0", "server.pem"},
                            std::vector<std::string>{"127.0.0.1", "abc", "server.pem", "server.key"},
                            std::vector<std::string>{"127.0.0.1", "65536", "server.pem", "server.key"});
  Program server("tls_echo_server", arguments);
  CHECK(server.exit_status() == 2);
  CHECK(server.prints_usage());
}

TEST_CASE("07.2.1 TLS 1.2 and TLS 1.3 are both offered", "[program:tls_echo_server][points:2][needs:07.3.1]") {
  because(
      "TLS_server_method negotiates the best version that both sides know. Who pins one version locks out the others.");
  chapter("Versions");
  by_hand(std::string(by_openssl) + " -tls1_2");
  World world;
  Program server("tls_echo_server", world.served());

  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsSettings settings = world.as_client();
    settings.lowest = settings.highest = version;
    TlsPeer client = meet(server, settings);
    CHECK(client.is_secured());
    CHECK(client.exchange("hello") == "Echo: hello");
  }
}

TEST_CASE("07.2.2 A handshake that arrives in pieces is a handshake",
          "[program:tls_echo_server][points:1][needs:07.1.1]") {
  because(
      "TCP may cut a hello anywhere. On a socket that does not wait, SSL_accept then says SSL_ERROR_WANT_READ: wait, "
      "and call it again.");
  chapter("The handshake");
  by_hand("a proxy that forwards a few bytes at a time");
  World world;
  Program server("tls_echo_server", world.served());
  TlsSettings settings = world.as_client();

  // Many pieces may take a busy machine longer than the five seconds that a server gives; fewer are pieces too.
  for (std::size_t size = 16; true; size *= 4) {
    settings.pieces_of = size;
    auto start = std::chrono::steady_clock::now();
    TlsPeer client = meet(server, settings);
    bool verdict_stands = client.shake_hands() || std::chrono::steady_clock::now() - start < Milliseconds(4000);
    if (!verdict_stands && size < 256) continue;
    CHECK(client.is_secured());
    break;
  }
}

TEST_CASE("07.2.3 A handshake that is not complete after five seconds is dropped",
          "[waits][program:tls_echo_server][points:3][needs:07.1.1]") {
  because(
      "Strangers may connect and say nothing, or a byte now and then. Each holds a descriptor and perhaps a thread. "
      "One deadline for the whole handshake ends that; a timeout for each read does not. Waiting for them costs "
      "nothing: who asks again and again keeps a core busy for each.");
  chapter("A limit for strangers");
  by_hand("./tls_echo_server 127.0.0.1 7000 server.pem server.key      and      time nc 127.0.0.1 7000");
  World world;
  Program server("tls_echo_server", world.served());
  Endpoint where = server.listening_on();
  std::string hello = client_hello();
  const Milliseconds limit(5000), latest = limit + Milliseconds(static_cast<long>(1000 * speed_factor()));

  auto start = std::chrono::steady_clock::now();
  std::vector<std::pair<const char*, TlsPeer>> strangers;
  for (const char* name : {"the silent one", "the one with half a hello", "the dripping one"})
    strangers.emplace_back(name, TlsPeer::client(Peer::connect(where, name)));
  strangers[1].second.send_raw(hello.substr(0, hello.size() / 2));
  CHECK(takes_at_most_of_a_core(0.1, server));

  // A byte every now and then; what ends the waits between them is the server's hanging up.
  std::size_t dripped = 0, ended = 0;
  for (auto now = start; ended < 3 && now - start < latest; now = std::chrono::steady_clock::now()) {
    if (dripped < hello.size()) strangers[2].second.drip(hello.substr(dripped++, 1));
    // The dripping one may be the first to go; then the others are waited for.
    for (auto& [name, stranger] : strangers)
      if (!stranger.ends_within(Milliseconds(0))) {
        stranger.ends_within(Milliseconds(100));
        break;
      }
    ended = 0;
    for (auto& [name, stranger] : strangers) {
      if (!stranger.ends_within(Milliseconds(0))) continue;
      ++ended;
      auto took = std::chrono::steady_clock::now() - start;
      if (took < limit * 9 / 10) {
        Story::current().mismatch("5 s of patience",
                                  std::string(name) + " was dropped after " +
                                      std::to_string(std::chrono::duration_cast<Milliseconds>(took).count()) + " ms");
        FAIL("too early");
      }
    }
  }
  for (auto& [name, stranger] : strangers)
    if (!stranger.ends_within(Milliseconds(0))) {
      Story::current().mismatch("an end after 5 s", std::string(name) + " is still connected after " +
                                                        std::to_string(latest.count()) + " ms");
      FAIL_CHECK(name << " is not dropped");
    }
  CHECK(serves(server, world));
}

TEST_CASE("07.2.4 After the handshake there is no limit", "[waits][program:tls_echo_server][points:2][needs:07.1.1]") {
  because(
      "The limit is for strangers. A limit left on the socket (SO_RCVTIMEO, alarm) would cut off clients that just "
      "have nothing to say.");
  chapter("A limit for strangers");
  by_hand(std::string(by_openssl) + "      wait six seconds, then type");
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer client = meet(server, world.as_client());
  REQUIRE(client.is_secured());

  CHECK(takes_at_most_of_a_core(0.1, server));
  CHECK(client.hears_nothing(Milliseconds(5200)));
  CHECK(client.exchange("still here") == "Echo: still here");
}

TEST_CASE("07.2.5 Nothing older than TLS 1.2 is accepted", "[program:tls_echo_server][points:2][extra][needs:07.3.1]") {
  because(
      "TLS 1.0 and 1.1 are withdrawn (RFC 8996). SSL_CTX_set_min_proto_version says so, whatever the system's default "
      "is.");
  chapter("Versions");
  by_hand("openssl s_client -connect 127.0.0.1:7000 -tls1_1 -cipher ALL:@SECLEVEL=0");
  World world;
  Program server("tls_echo_server", world.served(), world.where_old_versions_are_allowed());

  for (int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    TlsSettings old;
    old.lowest = old.highest = version;
    TlsPeer client = meet(server, old, "an old client");
    CHECK(client.is_refused());
  }
  CHECK(serves(server, world));
}

TEST_CASE("07.2.6 The server waits without keeping a processor busy",
          "[waits][program:tls_echo_server][points:1][extra][needs:07.3.1]") {
  because(
      "On a socket that does not wait, an SSL call that has to wait fails at once, and made again and again it takes a "
      "whole core. poll sleeps until the socket is ready: for SSL_ERROR_WANT_READ to be read from, for "
      "SSL_ERROR_WANT_WRITE to be written to. Then the same call goes on.");
  chapter("The handshake");
  by_hand("top -p $(pidof tls_echo_server)      while nc 127.0.0.1 7000 and openssl s_client are connected");
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer silent = meet(server, world.as_client(), "a client that says nothing");
  REQUIRE(silent.is_secured());
  CHECK(takes_at_most_of_a_core(0.1, server));

  // More than all buffers on the way hold.
  TlsPeer late = TlsPeer::client(connect_narrow(server.listening_on(), "a client that reads late"), world.as_client());
  std::vector<std::string> messages(25, counted_bytes(16 * 1024));
  late.send_records(messages);
  // One that spins does not come to rest, and need not be waited for again and again.
  for (int i = 0; i < 4 && server.wait_until_idle(); ++i) late.drip("");  // what there was no room for before
  Peer stranger = Peer::connect(server.listening_on(), "a stranger who says nothing");
  server.wait_until_idle();
  CHECK(takes_at_most_of_a_core(0.1, server));

  std::string all;
  for (const std::string& message : messages) all += message;
  CHECK(late.exchange("") == "Echo: " + all);
}

TEST_CASE("07.3.1 A message comes back with Echo: before it", "[program:tls_echo_server][points:3][needs:07.1.1]") {
  because("Lab 02's protocol inside TLS: \"Echo: \", every byte of the request, then your close_notify.");
  chapter("Read and write");
  by_hand(by_openssl);
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer client = meet(server, world.as_client());

  std::string message = "Hello " + random_text(6);
  CHECK(client.exchange(message) == "Echo: " + message);
  CHECK(client.is_hung_up());
}

TEST_CASE("07.3.2 A client that receives just once finds all of its echo",
          "[program:tls_echo_server][points:1][needs:07.3.1]") {
  because(
      "Each SSL_write makes a record, and each SSL_read gives at most one. The prefix in a record of its own is all "
      "that a client sees that reads once.");
  chapter("Read and write");
  by_hand("a Python client: s.sendall(b'hi'); print(s.recv(1024))");
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer client = meet(server, world.as_client());

  std::string message = random_text(12);
  client.send(message);
  CHECK(client.receive_once() == "Echo: " + message);
}

TEST_CASE("07.3.3 Bytes are bytes: zero, 0xff and newlines come back unharmed",
          "[program:tls_echo_server][points:1][needs:07.3.1]") {
  because("SSL_read gives a count, not a C string. Use the count.");
  chapter("Read and write");
  by_hand("printf 'a\\0b\\377\\n' piped into openssl s_client");
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer client = meet(server, world.as_client());

  std::string message = std::string("a\0b\xff\r\n%s\0", 9) + random_bytes(300);
  CHECK(client.exchange(message) == "Echo: " + message);
}

TEST_CASE("07.3.4 Large messages come back whole", "[program:tls_echo_server][points:2][needs:07.3.1]") {
  because(
      "A record holds at most 16 KiB, so a large message is many of them. TLS may also hold decrypted bytes that poll "
      "knows nothing of: read until SSL_read has no more.");
  chapter("Read and write");
  by_hand("head -c 2000000 /dev/zero | openssl s_client -connect 127.0.0.1:7000 -quiet | wc -c");
  World world;
  Program server("tls_echo_server", world.served());

  for (std::size_t length : {16383, 16384, 16385, 2'000'000}) {
    TlsPeer client = meet(server, world.as_client());
    std::string message = counted_bytes(length);
    REQUIRE(client.exchange(message) == "Echo: " + message);
  }
  TlsPeer client = meet(server, world.as_client(), "the last");
  std::vector<std::string> lines;
  std::string sum;
  for (int i = 0; i < 500; ++i) sum += lines.emplace_back(random_text(9) + "\n");
  client.send_records(lines);
  CHECK(client.exchange("") == "Echo: " + sum);
}

TEST_CASE("07.3.5 An empty request is answered too", "[program:tls_echo_server][points:1][needs:07.3.1]") {
  because("A client that says close_notify at once has sent an empty message. Its echo is the prefix alone.");
  chapter("The true end: close_notify");
  by_hand("openssl s_client -connect 127.0.0.1:7000 -quiet < /dev/null");
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer client = meet(server, world.as_client());

  CHECK(client.exchange("") == "Echo: ");
}

TEST_CASE("07.3.6 The server answers before the request has ended, not before it begins",
          "[program:tls_echo_server][points:1][needs:07.3.1]") {
  because(
      "A client may want the first part of the answer before it sends the rest. And before the first byte there is "
      "nothing to answer.");
  chapter("Read and write");
  by_hand(by_openssl);
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer client = meet(server, world.as_client());

  CHECK(client.hears_nothing());
  client.send("one");
  CHECK(client.receive(9) == "Echo: one");
  client.send(" and two");
  CHECK(client.receive(8) == " and two");
  client.send("!");
  CHECK(client.receive(1) == "!");
  client.finish_sending();
  CHECK(client.receive_all() == "");
}

TEST_CASE("07.3.7 A request that ends without close_notify is truncated",
          "[program:tls_echo_server][points:3][needs:07.3.1]") {
  because(
      "Anybody between you and the client can end the TCP connection. Only close_notify, which nobody can forge, says "
      "that the request is complete: SSL_ERROR_ZERO_RETURN. Everything else that ends SSL_read is no end.");
  chapter("The true end: close_notify");
  by_hand("a Python client that calls s.detach() and closes the socket, without unwrap()");
  World world;
  std::string request = GENERATE("", "half of some");
  int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(version);
  Program server("tls_echo_server", world.served());
  TlsSettings settings = world.as_client();
  settings.lowest = settings.highest = version;
  TlsPeer client = meet(server, settings);

  REQUIRE(client.is_secured());
  client.send(request);
  if (!request.empty()) CHECK(client.receive(6 + request.size()) == "Echo: " + request);
  client.cut();
  CHECK(client.receive_all().bytes == "");
  CHECK(client.is_hung_up());
  CHECK(remarks(server, "truncated", "truncat"));
  CHECK(serves(server, world));
}

TEST_CASE("07.4.1 Several connections are served at a time", "[program:tls_echo_server][points:2][needs:07.3.1]") {
  because(
      "A conversation may last for hours, and others want to be served meanwhile: give each connection a thread or a "
      "process, or let poll say who has something.");
  chapter("Many at once");
  by_hand("openssl s_client in two terminals");
  World world;
  Program server("tls_echo_server", world.served());
  TlsPeer first = meet(server, world.as_client(), "client 1"), second = meet(server, world.as_client(), "client 2");

  first.send("one");
  CHECK(first.receive(9) == "Echo: one");
  second.send("two");
  CHECK(second.receive(9) == "Echo: two");
  CHECK(serves(server, world, "client 3"));
  first.send(" more");
  CHECK(first.receive(5) == " more");
  CHECK(second.exchange("") == "");
  CHECK(first.exchange("") == "");
}

TEST_CASE("07.4.2 A silent client does not hold up the others", "[program:tls_echo_server][points:2][needs:07.3.1]") {
  because(
      "SSL_accept waits for the client. Called in the loop that accepts, it makes everybody wait for a stranger that "
      "says nothing.");
  chapter("Many at once");
  by_hand("nc 127.0.0.1 7000      and meanwhile      openssl s_client -connect 127.0.0.1:7000");
  World world;
  Program server("tls_echo_server", world.served());
  Peer silent = Peer::connect(server.listening_on(), "the silent one");
  Peer half = Peer::connect(server.listening_on(), "the one with half a hello");
  std::string hello = client_hello();
  half.send(hello.substr(0, hello.size() / 2));

  auto start = std::chrono::steady_clock::now();
  bool served = serves(server, world);
  // After five seconds they are dropped anyway. An answer that comes then is the right one, too late.
  if (std::chrono::steady_clock::now() - start > std::chrono::milliseconds(4400)) {
    Story::current().mismatch("an answer while the silent ones are there", "one only after they had been dropped");
    Story::current().note("held up", "nobody was served while the silent ones were there");
    served = false;
  }
  CHECK(served);
}
