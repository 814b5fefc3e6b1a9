// What a peer can observe of tls_echo_client. Parts 07.5 to 07.8.
#include <poll.h>

#include "world.hpp"

using namespace harness;

namespace {

constexpr const char* by_openssl =
    "openssl s_server -accept 7000 -cert server.pem -key server.key      and      "
    "./tls_echo_client 127.0.0.1 7000 hello ca.pem; echo $?";

bool prints(Program& client, const std::string& reply) { return client.output() == reply + "\n"; }

Subject for_names(std::vector<std::string> names, std::string common_name = "") {
  Subject subject;
  subject.common_name = common_name.empty() ? names.front() : common_name;
  subject.names = std::move(names);
  subject.addresses = {};
  return subject;
}

// True when there is somebody to accept; false when every program has ended without.
bool somebody_connects(const Listener& us) {
  std::vector<pollfd> fds{{us.fd(), POLLIN, 0}};
  for (int end : program_ends()) fds.push_back({end, POLLIN, 0});
  ::poll(fds.data(), fds.size(), Deadline(patience()).for_poll());
  return fds.front().revents != 0;
}

// The client must accept `theirs` under `name` and do its work.
bool accepts(const World& world, const Identity& theirs, const std::string& name) {
  Listener us;
  Program client("tls_echo_client", world.talking_to(us, "hello", name));
  TlsPeer connection = TlsPeer::server(us.accept(), World::as_server(theirs));
  return connection.is_secured() && connection.receive_all() == "hello" &&
         (connection.exchange("Echo: hello"), prints(client, "Echo: hello")) && client.exit_status() == 0;
}

}  // namespace

TEST_CASE("07.5.1 The client talks to a server that its authority vouches for", "[program:tls_echo_client][points:4]") {
  because(
      "The chain leads to CA, the dates are right, the name is right: then the message goes out, close_notify after "
      "it, once, and the reply is read until the server's close_notify.");
  chapter("Whom to trust");
  by_hand(by_openssl);
  World world;
  Listener us;
  std::string message = "Hello " + random_text(6);
  Program client("tls_echo_client", world.talking_to(us, message));

  TlsPeer connection = TlsPeer::server(us.accept(), world.as_server());
  CHECK(connection.is_secured());
  CHECK(connection.receive_all() == message);
  connection.send("Echo: " + message);
  connection.finish_sending();
  CHECK(prints(client, "Echo: " + message));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("07.5.2 A missing or senseless CA file is named before the client connects",
          "[program:tls_echo_client][points:2][needs:07.5.1]") {
  because("A client that cannot read whom to trust trusts nobody, and says so before it bothers the server.");
  chapter("Errors come in a queue");
  by_hand("./tls_echo_client 127.0.0.1 7000 hello nothing.pem; echo $?");
  World world;
  auto content = GENERATE(0, 1, 2, 3);
  CAPTURE(content);
  std::string bad = world.folder.path_of("suspect.pem");
  if (content == 1) world.folder.write("suspect.pem", "");
  if (content == 2) world.folder.write("suspect.pem", "this is no PEM file\n" + random_bytes(300));
  if (content == 3) world.folder.write("suspect.pem", world.root.key_pem());
  Listener us;
  Program client("tls_echo_client", {us.host(), us.port(), "hello", bad});

  CHECK(client.exit_status() == 1);
  CHECK(names_cause(client, "the name of the file", "suspect\\.pem"));
  CHECK(us.nobody_connects());
}

TEST_CASE("07.5.3 A certificate from somebody else is refused", "[program:tls_echo_client][points:4][needs:07.5.1]") {
  because(
      "Everybody can make a certificate with any name in it. What counts is who signed it. By default OpenSSL's client "
      "does not look: SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr) makes it.");
  chapter("Whom to trust");
  by_hand(
      "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout self.key -out self.pem      serve it with "
      "s_server");
  World world;
  Identity rogue = Identity::root("Somebody else's authority");
  Identity same_name = Identity::root();
  CHECK(refuses(world, Identity::self_signed({}), "localhost", "self-signed", cause::self_signed));
  CHECK(refuses(world, rogue.issue({}), "localhost", "unknown issuer", cause::unknown));
  // The right name on the root is no proof either.
  CHECK(refuses(world, same_name.issue({}), "localhost", "unknown issuer, or a wrong signature",
                cause::unknown + "|signature|decrypt|padding|verif"));
}

TEST_CASE("07.5.4 A certificate outside its dates is refused", "[program:tls_echo_client][points:3][needs:07.5.1]") {
  because(
      "A key may have been lost or sold since. The dates bound how long one has to trust it. The reason is what "
      "SSL_get_verify_result tells; X509_verify_cert_error_string puts it into words.");
  chapter("The reason of a refusal");
  by_hand("openssl x509 -in server.pem -noout -dates");
  World world;
  Subject old, early;
  old.from = std::chrono::hours(-48);
  old.until = std::chrono::hours(-24);
  early.from = std::chrono::hours(24);
  CHECK(refuses(world, world.root.issue(old), "localhost", "expired", cause::expired));
  CHECK(refuses(world, world.root.issue(early), "localhost", "not yet valid", cause::not_yet));
}

TEST_CASE("07.5.5 Who may not sign, or not serve, is refused",
          "[program:tls_echo_client][points:3][extra][needs:07.5.1]") {
  because(
      "The owner of any certificate has a key and can sign with it. Only those marked as an authority (CA:TRUE) may; "
      "and a certificate for clients does not make a server. Verification by OpenSSL knows that; a home-made one "
      "forgets it.");
  chapter("A chain of certificates");
  by_hand("openssl x509 -in server.pem -noout -ext basicConstraints,extendedKeyUsage");
  World world;
  Subject client_only;
  client_only.for_servers = false;
  const std::string any = "[a-z]";
  CHECK(refuses(world, world.root.issue({}).issue({}), "localhost", "an invalid authority", any));
  CHECK(refuses(world, world.root.issue(client_only), "localhost", "a purpose that is not a server's", any));
}

TEST_CASE("07.5.6 The system's own list of authorities is not used",
          "[program:tls_echo_client][points:2][extra][needs:07.5.1]") {
  because(
      "You were told to trust CA and nobody else. SSL_CTX_set_default_verify_paths adds a hundred others, each of "
      "which could make a certificate for your server.");
  chapter("Whom to trust");
  by_hand("SSL_CERT_FILE=rogue-ca.pem ./tls_echo_client 127.0.0.1 7000 hello ca.pem");
  World world;
  Identity rogue = Identity::root("An authority that the system trusts");
  Identity theirs = rogue.issue({});
  Options options;
  options.environment = {"SSL_CERT_FILE=" + world.folder.write("system.pem", rogue.certificate_pem())};
  Listener us;
  std::string message = "secret " + random_text(20);
  Program client("tls_echo_client", world.talking_to(us, message), options);

  TlsPeer connection = TlsPeer::server(us.accept(), World::as_server(theirs));
  CHECK(connection.hears_no_data(message));
  CHECK(client.exit_status() == 1);
}

TEST_CASE("07.5.7 A chain by way of another authority is accepted if it is whole",
          "[program:tls_echo_client][points:2][extra][needs:07.5.1]") {
  because(
      "CA signed an intermediate authority, which signed the server. The server sends both; from its own certificate "
      "alone no way leads to CA.");
  chapter("A chain of certificates");
  by_hand("openssl verify -CAfile ca.pem -untrusted intermediate.pem server.pem");
  World world;
  Subject between;
  between.authority = true;
  between.common_name = "intermediate authority";
  Identity intermediate = world.root.issue(between), leaf = intermediate.issue({});
  CHECK(accepts(world, leaf, "localhost"));

  Identity alone = Identity::without_chain(leaf);
  CHECK(refuses(world, alone, "localhost", "unknown issuer", cause::unknown));
}

TEST_CASE("07.6.1 A certificate for another name is refused", "[program:tls_echo_client][points:3][needs:07.5.1]") {
  because(
      "Whoever has a good certificate for one name could play every other server. The chain says that the certificate "
      "is genuine; only the name says that it is *theirs*: SSL_set1_host.");
  chapter("The name");
  by_hand("./tls_echo_client 127.0.0.1 7000 hello ca.pem other.example.test; echo $?");
  World world;
  const std::string name = "right.example.test", what = "host name mismatch";
  CHECK(refuses(world, world.root.issue(for_names({"wrong.example.test"})), name, what, cause::mismatch));
  // Where there are alternative names the common name does not count.
  CHECK(refuses(world, world.root.issue(for_names({"wrong.example.test"}, name)), name, what, cause::mismatch));
  for (const char* similar :
       {"evil-right.example.test", "right.example.test.evil.test", "example.test", "ight.example.test", "*.test"})
    CHECK(refuses(world, world.root.issue(for_names({similar})), name, what, cause::mismatch));
  CHECK(
      refuses(world, world.root.issue(for_names({"*.example.test"})), "too.right.example.test", what, cause::mismatch));
}

TEST_CASE("07.6.2 An address is matched as an address", "[program:tls_echo_client][points:2][needs:07.5.1]") {
  because(
      "127.0.0.1 is not a name that looks like a number: certificates have a kind of entry of its own for addresses, "
      "and a name entry with the same text proves nothing. X509_VERIFY_PARAM_set1_ip_asc asks for the right kind.");
  chapter("The name");
  by_hand("openssl x509 -in server.pem -noout -ext subjectAltName");
  World world;
  Subject other = for_names({"localhost"});
  other.addresses = {"127.0.0.2"};
  CHECK(refuses(world, world.root.issue(other), "127.0.0.1", "address mismatch", cause::mismatch + "|address"));
  CHECK(refuses(world, world.root.issue(for_names({"127.0.0.1"})), "127.0.0.1", "address mismatch",
                cause::mismatch + "|address"));
  Subject right = for_names({"somebody.example.test"});
  right.addresses = {"192.0.2.7"};
  CHECK(accepts(world, world.root.issue(right), "192.0.2.7"));
}

TEST_CASE("07.6.3 The name is told to the server (SNI)", "[program:tls_echo_client][points:3][needs:07.5.1]") {
  because(
      "A server may have a certificate for each of its names and must know, before anything is encrypted, which one "
      "you want. SSL_set1_host only checks; SSL_set_tlsext_host_name tells.");
  chapter("The name");
  by_hand(
      "openssl s_server -accept 7000 -cert default.pem -key default.key -servername right.example.test -cert2 "
      "server.pem -key2 server.key");
  World world;
  std::string name = random_text(8) + ".example.test", wild = "*.example.test";
  Identity theirs = world.root.issue(for_names({GENERATE_REF(name, wild)})),
           other = world.root.issue(for_names({"default.example.test"}));
  Listener us;
  Program client("tls_echo_client", world.talking_to(us, "hello", name));
  TlsSettings settings = World::as_server(other);
  settings.by_name[name] = &theirs;
  TlsPeer connection = TlsPeer::server(us.accept(), settings);

  connection.shake_hands();
  CHECK(connection.was_asked_for(name));
  CHECK(connection.is_secured());
  CHECK(connection.exchange("Echo: hello") == "hello");
  CHECK(prints(client, "Echo: hello"));
}

TEST_CASE("07.6.4 An address is not told as a name", "[program:tls_echo_client][points:1][needs:07.5.1]") {
  because("SNI is for host names; RFC 6066 forbids addresses in it, and some servers refuse such a hello.");
  chapter("The name");
  by_hand("openssl s_server -accept 7000 -cert server.pem -key server.key -msg");
  World world;
  Listener us;
  Program client("tls_echo_client", world.talking_to(us, "hello", GENERATE("", "127.0.0.1", "::1")));
  TlsPeer connection = TlsPeer::server(us.accept(), world.as_server());

  CHECK(connection.is_secured());
  CHECK(connection.was_asked_for(""));
}

TEST_CASE("07.6.5 Without NAME, HOST is the name", "[program:tls_echo_client][points:1][extra][needs:07.5.1]") {
  because(
      "What was typed is what was meant. The address that a name was resolved to says nothing about who answers "
      "there.");
  chapter("The name");
  by_hand("./tls_echo_client localhost 7000 hello ca.pem");
  World world;
  Listener us;
  std::string host = name_with_two_addresses().empty() ? "localhost" : name_with_two_addresses();
  Identity theirs = world.root.issue(for_names({host})), other = world.root.issue(for_names({"somebody-else.test"}));
  bool right = GENERATE(true, false);
  Program client("tls_echo_client", {host, us.port(), "hello there", world.ca});
  TlsPeer connection = TlsPeer::server(us.accept(), World::as_server(right ? theirs : other));

  connection.shake_hands();
  CHECK(connection.was_asked_for(host));
  if (right) {
    CHECK(connection.exchange("Echo: hello there") == "hello there");
    CHECK(client.exit_status() == 0);
  } else {
    CHECK(connection.hears_no_data("hello there"));
    CHECK(client.exit_status() == 1);
  }
}

TEST_CASE("07.6.6 No certificate is made out to an empty NAME",
          "[program:tls_echo_client][points:1][extra][needs:07.5.1]") {
  because(
      "A script whose variable is empty asks for nobody. SSL_set1_host takes an empty name for \"do not look at the "
      "name\", and anybody with a certificate of CA would do. SSL_set_tlsext_host_name fails for it: look at its "
      "result.");
  chapter("The name");
  by_hand("./tls_echo_client 127.0.0.1 7000 hello ca.pem ''; echo $?");
  World world;
  Identity somebody = world.root.issue(for_names({"somebody.example.test"}));
  Listener us;
  std::string message = "secret " + random_text(20);
  Program client("tls_echo_client", {us.host(), us.port(), message, world.ca, ""});

  // It may find out before it connects, or take HOST instead, to which this certificate is not made out either.
  if (somebody_connects(us)) CHECK(TlsPeer::server(us.accept(), World::as_server(somebody)).hears_no_data(message));
  Exit end = client.exit_status();
  bool has_failed = end.kind == Exit::Kind::exited && end.value != 0;
  if (!has_failed) Story::current().mismatch("a status that is not 0", in_words(end));
  CHECK(has_failed);
}

TEST_CASE("07.7.1 A server that speaks no TLS, or leaves in the middle, is an error",
          "[program:tls_echo_client][points:1][needs:07.5.1]") {
  because(
      "SSL_connect returns something else than 1, and OpenSSL's queue knows why. Nothing of the message may leave.");
  chapter("Errors come in a queue");
  by_hand("nc -l 127.0.0.1 7000      and      ./tls_echo_client 127.0.0.1 7000 hello ca.pem; echo $?");
  World world;
  int how = GENERATE(0, 1, 2, 3);
  CAPTURE(how);
  Listener us;
  std::string message = "secret " + random_text(20);
  Program client("tls_echo_client", world.talking_to(us, message));
  TlsPeer connection = TlsPeer::server(us.accept(), world.as_server());

  if (how == 0) connection.send_raw("220 mail.example.test ready\r\n");
  if (how == 1) connection.send_raw(random_bytes_of_no_record(200));
  if (how == 2) connection.cut();
  if (how == 3) connection.reset();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("tls_echo_client: "));
  if (how < 3) CHECK(connection.hears_no_data(message));
}

TEST_CASE("07.7.2 The client offers TLS 1.2 and 1.3 and nothing older",
          "[program:tls_echo_client][points:2][needs:07.5.1]") {
  because(
      "TLS_client_method offers what both may know; SSL_CTX_set_min_proto_version keeps the withdrawn versions out "
      "(RFC 8996), whatever the system's default is.");
  chapter("Versions");
  by_hand(std::string(by_openssl) + "      with -tls1_2, -tls1_3 and -tls1_1");
  World world;
  int version = GENERATE(TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(version);
  Listener us;
  std::string message = "secret " + random_text(20);
  Program client("tls_echo_client", world.talking_to(us, message), world.where_old_versions_are_allowed());
  TlsSettings settings = world.as_server();
  settings.lowest = settings.highest = version;
  TlsPeer connection = TlsPeer::server(us.accept(), settings);

  if (version == TLS1_1_VERSION) {
    CHECK(connection.is_refused());
    CHECK(client.exit_status() == 1);
  } else {
    CHECK(connection.is_secured());
    CHECK(connection.exchange("Echo: " + message) == message);
    CHECK(client.exit_status() == 0);
  }
}

TEST_CASE("07.7.3 Wrong arguments get a usage line and status 2", "[program:tls_echo_client][points:1][needs:07.5.1]") {
  because("HOST, PORT, MESSAGE and CA are needed, NAME may follow; port 0 is for servers.");
  chapter("Exit status and messages");
  by_hand("./tls_echo_client 127.0.0.1 0 hello ca.pem; echo $?");
  auto arguments = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1", "7", "m"},
                            std::vector<std::string>{"127.0.0.1", "0", "m", "ca.pem"},
                            std::vector<std::string>{"127.0.0.1", "7seven", "m", "ca.pem"},
                            std::vector<std::string>{"127.0.0.1", "65536", "m", "ca.pem"});
  Program client("tls_echo_client", arguments);
  CHECK(client.exit_status() == 2);
  CHECK(client.prints_usage());
  // Port 1 is one, even if nobody listens there.
  World world;
  Program least("tls_echo_client", {"127.0.0.1", "1", "m", world.ca});
  CHECK(least.exit_status() == 1);
}

TEST_CASE("07.7.4 Addresses are tried until TCP connects, and a failed handshake is final",
          "[program:tls_echo_client][points:3][extra][needs:07.5.1]") {
  because(
      "A refused connection says nothing about the next address. A failed handshake says that somebody is there who is "
      "not who you want; asking around until somebody fits is what an attacker hopes for.");
  chapter("The handshake");
  by_hand("./tls_echo_client 127.0.0.1 1 hello ca.pem; echo $?");
  World world;
  SECTION("nobody listens") {
    ClosedPort nobody;
    Program client("tls_echo_client", {"127.0.0.1", nobody.port(), "hello", world.ca});
    CHECK(client.exit_status() == 1);
    CHECK(client.complains("Connection refused"));
  }
  SECTION("the second of two addresses answers") {
    if (!have_name_with_two_addresses()) SKIP("no name has two addresses here");
    Listener us;
    Program client("tls_echo_client", {name_with_two_addresses(), us.port(), "hello", world.ca, "localhost"});
    TlsPeer connection = TlsPeer::server(us.accept(), world.as_server());
    CHECK(connection.exchange("Echo: hello") == "hello");
    CHECK(prints(client, "Echo: hello"));
  }
  SECTION("after a failed handshake nobody else is asked") {
    Listener us;
    Program client("tls_echo_client", world.talking_to(us, "hello"));
    Identity stranger = Identity::self_signed({});
    TlsPeer connection = TlsPeer::server(us.accept(), World::as_server(stranger));
    CHECK(connection.hears_no_data("hello"));
    CHECK(client.exit_status() == 1);
    CHECK(us.nobody_connects());
  }
  SECTION("not even at the name's other address") {
    if (!have_name_with_two_addresses()) SKIP("no name has two addresses here");
    Listener four, six("::1", 16, four.endpoint().port);
    Program client("tls_echo_client", {name_with_two_addresses(), four.port(), "hello", world.ca, "localhost"});
    pollfd both[] = {{four.fd(), POLLIN, 0}, {six.fd(), POLLIN, 0}};
    REQUIRE(::poll(both, 2, static_cast<int>(patience().count())) > 0);
    bool by_six = both[1].revents != 0;
    Identity stranger = Identity::self_signed({});
    TlsPeer connection = TlsPeer::server((by_six ? six : four).accept(), World::as_server(stranger));
    CHECK(connection.hears_no_data("hello"));
    CHECK(client.exit_status() == 1);
    CHECK((by_six ? four : six).nobody_connects());
  }
}

TEST_CASE("07.8.1 close_notify ends the client's request, and it goes on reading",
          "[program:tls_echo_client][points:2][needs:07.5.1]") {
  because(
      "The server may want the whole request before it answers. SSL_shutdown sends close_notify and returns 0: sent, "
      "not yet received. SSL_read still works then.");
  chapter("The true end: close_notify");
  by_hand(by_openssl);
  World world;
  int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(version);
  Listener us;
  std::string message = GENERATE("", "x", "hello");
  Program client("tls_echo_client", world.talking_to(us, message));
  TlsSettings settings = world.as_server();
  settings.lowest = settings.highest = version;
  TlsPeer connection = TlsPeer::server(us.accept(), settings);

  CHECK(connection.receive_all() == message);
  connection.send("Echo: ");
  connection.send(message);
  connection.finish_sending();
  CHECK(prints(client, "Echo: " + message));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("07.8.2 A reply that ends without close_notify is truncated",
          "[program:tls_echo_client][points:4][needs:07.8.1]") {
  because(
      "Even a reply of the right length may have been cut: nobody but the server knows where it ends. "
      "SSL_ERROR_ZERO_RETURN is the only good end; an attacker on the way can end or reset TCP whenever he likes.");
  chapter("The true end: close_notify");
  by_hand("openssl s_server, kill -9 it in the middle");
  World world;
  int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  auto [reply, reset] = GENERATE(
      table<std::string, bool>({{"", false}, {"Echo: he", false}, {"Echo: hello", false}, {"Echo: hello", true}}));
  CAPTURE(version, reply, reset);
  Listener us;
  Program client("tls_echo_client", world.talking_to(us, "hello"));
  TlsSettings settings = world.as_server();
  settings.lowest = settings.highest = version;
  TlsPeer connection = TlsPeer::server(us.accept(), settings);

  CHECK(connection.receive_all() == "hello");
  connection.send(reply);
  if (reset) {
    connection.reset();
    CHECK(client.exit_status() == 1);
    return;
  }
  connection.cut();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("truncated"));
}

TEST_CASE("07.8.3 A reply that is finished too early is an error",
          "[program:tls_echo_client][points:1][needs:07.8.1]") {
  because(
      "close_notify says that the server has said all that it wants to say. Whether that is a whole reply you must "
      "count yourself.");
  chapter("The true end: close_notify");
  by_hand(by_openssl);
  World world;
  Listener us;
  Program client("tls_echo_client", world.talking_to(us, "hello"));
  TlsPeer connection = TlsPeer::server(us.accept(), world.as_server());

  CHECK(connection.receive_all() == "hello");
  connection.send("Echo: he");
  connection.finish_sending();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("reply ended after 8 of 11 bytes"));
}

TEST_CASE("07.8.4 The reply is printed as it came", "[program:tls_echo_client][points:1][needs:07.8.1]") {
  because(
      "In many records, one of them a single byte, longer than hoped for, with zero bytes in it: the client shows what "
      "the server said.");
  chapter("Read and write");
  by_hand("a Python server that sends b'Ouch: \\0' and more");
  World world;
  Listener us;
  Program client("tls_echo_client", world.talking_to(us, "hi"));
  TlsPeer connection = TlsPeer::server(us.accept(), world.as_server());

  CHECK(connection.receive_all() == "hi");
  std::string start = std::string("Ouch: \0\xff\n", 9), rest = random_bytes(20'000);
  connection.send(start);
  connection.send("!");
  connection.send(rest);
  connection.finish_sending();
  CHECK(prints(client, start + "!" + rest));
}

TEST_CASE("07.8.5 A message of 100,000 bytes gets there and back",
          "[program:tls_echo_client][points:1][needs:07.8.1]") {
  because(
      "Seven records each way. SSL_write takes all of it unless you ask for less (SSL_MODE_ENABLE_PARTIAL_WRITE); "
      "SSL_read gives one record at most. Until the first comes the client sleeps: a loop keeps a core busy.");
  chapter("Read and write");
  by_hand("./tls_echo_client 127.0.0.1 7000 $(head -c 100000 /dev/zero | tr '\\0' x) ca.pem | wc -c");
  World world;
  Listener us;
  std::string message = counted_bytes(100'000);
  Program client("tls_echo_client", world.talking_to(us, message));
  TlsPeer connection = TlsPeer::server(us.accept(), world.as_server());

  CHECK(connection.receive_all() == message);
  CHECK(takes_at_most_of_a_core(0.1, client));
  connection.exchange("Echo: " + message);
  CHECK(prints(client, "Echo: " + message));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("07.8.6 A server that vanishes after the handshake is an error, not a signal",
          "[program:tls_echo_client][points:1][extra][needs:07.8.1]") {
  because(
      "OpenSSL writes to the socket with write, which knows no MSG_NOSIGNAL: SIGPIPE ends a program that does not "
      "ignore it.");
  chapter("SIGPIPE again");
  by_hand("openssl s_server, kill -9 it during a long conversation");
  World world;
  Listener us;
  Program client("tls_echo_client", world.talking_to(us, counted_bytes(100'000)));
  TlsSettings settings = world.as_server();
  settings.lowest = settings.highest = TLS1_3_VERSION;
  TlsPeer connection = TlsPeer::server(us.accept(), settings);

  // In TLS 1.3 the server speaks last but one. While the client stands still there come our part, the end of our
  // stream, and the news that nobody is there any more: its very next write fails with EPIPE.
  client.wait_until_idle();
  client.stop();
  connection.begin_handshake();
  connection.cut();
  connection.wait_until_delivered();
  connection.reset();
  client.resume();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("tls_echo_client: "));
}

TEST_CASE("07.8.7 What is cut short or interrupted is carried on",
          "[program:tls_echo_client][points:1][extra][needs:07.8.1]") {
  because(
      "A signal may end the read or write inside an SSL call with EINTR. On a socket that waits by itself the call "
      "then fails with SSL_ERROR_WANT_READ or SSL_ERROR_WANT_WRITE: make it again. That a record comes in pieces "
      "OpenSSL sees to.");
  chapter("Read and write");
  by_hand("./tls_echo_client 127.0.0.1 7000 hello ca.pem      in gdb, interrupted with Ctrl-C and continued");
  World world;
  int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(version);
  Listener us;
  std::string message = random_text(60);
  Program client("tls_echo_client", world.talking_to(us, message), with(receives_at_most(100), interrupts_every(3)));
  TlsSettings settings = world.as_server();
  settings.lowest = settings.highest = version;
  TlsPeer connection = TlsPeer::server(us.accept(), settings);

  CHECK(connection.is_secured());
  CHECK(connection.exchange("Echo: " + message) == message);
  CHECK(prints(client, "Echo: " + message));
  CHECK(client.exit_status() == 0);
}
