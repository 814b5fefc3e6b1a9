// What a peer can observe of persistent_client. Parts 04.5 and 04.6.
#include <regex>

#include "echo_thread.hpp"
#include "frames.hpp"

using namespace harness;

namespace {

// A line goes out as a frame, and its answer is printed, before the next one is typed.
void exchange_a_line(Program& client, Peer& connection) {
  std::string line = random_text(9);
  client.type(line + "\n");
  REQUIRE(connection.receive(frame(line).size()) == frame(line));
  connection.send(answer(line));
  REQUIRE(client.next_line() == "Echo: " + line);
}

// What a server does when its client has finished sending and has its answers. Only 04.6.5 looks at whether the client
// waits for it.
void both_finish(Program& client, Peer& connection) {
  client.end_input();
  CHECK(connection.receive_all() == "");
  connection.finish_sending();
}

void chapter(const std::string& heading) { read_about("docs/04-persistent-connections.md \"" + heading + "\""); }

const std::string client_name = "persistent_client";

const char* const two_terminals =
    "./persistent_server 127.0.0.1 7000      and      printf 'one\\ntwo\\n' | ./persistent_client 127.0.0.1 7000";

bool tells_number(const std::string& text, int number) {
  return std::regex_search(text, std::regex("(^|[^0-9.:])" + std::to_string(number) + "([^0-9.]|\\.?\\n|$)"));
}

// Ended with status 1, and somewhere on stderr stands the number. A question of which a part is sent may be counted.
bool tells_missing(Program& client, int count, int begun = 0) {
  if (!(client.exit_status() == 1)) return false;
  if (tells_number(client.errors(), count) || tells_number(client.errors(), count + begun)) return true;
  std::string number = std::to_string(count) + (begun == 0 ? "" : " or " + std::to_string(count + begun));
  Story::current().mismatch("a line on stderr that says that " + number + " answers are missing",
                            client.errors().empty() ? "nothing on stderr" : in_quotes(client.errors(), 200));
  return false;
}

}  // namespace

TEST_CASE("04.5.1 Each line is sent as a frame, without its newline", "[program:persistent_client][points:2]") {
  because("The length tells where the line ends, so the newline has done its work and stays behind.");
  chapter("Lines to frames");
  by_hand("nc -l 127.0.0.1 7000 | od -c      and      printf 'one\\ntwo\\n' | ./persistent_client 127.0.0.1 7000");
  Listener us;
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();

  std::string first = "Hello " + random_text(6), second = random_text(300);
  client.type(first + "\n" + second + "\n");
  std::string frames = frame(first) + frame(second);
  CHECK(connection.receive(frames.size()) == frames);
  client.type("third\n");
  CHECK(connection.receive(frame("third").size()) == frame("third"));
  CHECK(connection.hears_nothing());
}

TEST_CASE("04.5.2 A last line without newline is one too, and so is an empty one",
          "[program:persistent_client][points:2][needs:04.5.1]") {
  because(
      "Not every input ends with a newline. What is left at its end is a line; when nothing is left there is none. An "
      "empty line in between is an empty frame.");
  chapter("Lines to frames");
  by_hand("printf 'one\\n\\ntwo' | ./persistent_client 127.0.0.1 7000");
  auto ending = GENERATE("\n\nlast", "\n\nlast\n", "\n\n\n");
  std::string typed = std::string("one") + ending;
  std::string frames = frame("one") + frame("") + frame(typed.find("last") != std::string::npos ? "last" : "");
  Listener us;
  Program client(client_name, {us.host(), us.port()});
  client.type(typed);
  client.end_input();

  CHECK(us.accept().receive_all() == frames);
}

TEST_CASE("04.5.3 Bytes are bytes, in lines too", "[program:persistent_client][points:1][needs:04.6.1]") {
  because(
      "A line may hold zero bytes and bytes above 0x7f. Only the newline is special. Count; do not look for a "
      "terminator.");
  chapter("Lines to frames");
  by_hand("printf 'a\\0b\\377\\n' | ./persistent_client 127.0.0.1 7000 | od -c");
  Listener us;
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();

  std::string line("a\0b\xff\r%s\x80\t\0", 10);
  client.type(line + "\n");
  CHECK(connection.receive(frame(line).size()) == frame(line));
  connection.send(answer(line));
  both_finish(client, connection);
  CHECK(client.output() == "Echo: " + line + "\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("04.5.4 A line of exactly 1 MiB is sent, a longer one is not",
          "[program:persistent_client][points:2][needs:04.6.1]") {
  because(
      "The server takes at most 1,048,576 bytes. What it would refuse must not be sent: the client says so and exits "
      "with 1.");
  chapter("Lines to frames");
  by_hand("head -c 1048577 /dev/zero | tr '\\0' x | ./persistent_client 127.0.0.1 7000; echo $?");
  {
    Listener us;
    Program client(client_name, {us.host(), us.port()});
    Peer connection = us.accept();
    std::string line = random_text(longest_request);
    client.type(line + "\n");
    CHECK(connection.receive(line.size() + 4) == frame(line));
    connection.send(answer(line));
    both_finish(client, connection);
    CHECK(client.output() == "Echo: " + line + "\n");
    CHECK(client.exit_status() == 0);
  }
  auto ending = GENERATE("\nafter\n", "");
  Listener us;
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();
  client.type(std::string(longest_request + 1, 'x') + ending);
  client.end_input();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("persistent_client: "));
  Received sent = connection.receive_all();
  if (sent.ending == Ending::reset) sent.ending = sent.wanted;
  CHECK(sent == "");
}

TEST_CASE("04.5.5 Wrong arguments, and nobody there", "[program:persistent_client][points:1][needs:04.5.1]") {
  because("2 says that the arguments make no sense, 1 that it was tried and failed; the last line on stderr says why.");
  chapter("Exit status and messages");
  by_hand("./persistent_client 127.0.0.1 0; echo $?; ./persistent_client 127.0.0.1 1 < /dev/null; echo $?");
  for (const auto& arguments : {std::vector<std::string>{},
                                {"127.0.0.1"},
                                {"127.0.0.1", "0"},
                                {"127.0.0.1", "65536"},
                                {"127.0.0.1", "7x"},
                                {"127.0.0.1", "4294967376"}}) {
    Program client(client_name, arguments);
    CHECK(client.exit_status() == 2);
    CHECK(client.prints_usage());
  }
  ClosedPort nobody;
  Program client(client_name, {"127.0.0.1", nobody.port()});
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("Connection refused"));

  // Whoever may listen there, the lowest port is one like any other and no wrong usage.
  Program lowest(client_name, {"127.0.0.1", "1"});
  lowest.end_input();
  CHECK(lowest.accepts_its_arguments());
}

TEST_CASE("04.5.6 The client tries every address of a name", "[program:persistent_client][points:1][needs:04.5.1]") {
  if (!have_name_with_two_addresses()) SKIP("no name has two addresses here");
  because("localhost has two addresses, ::1 and 127.0.0.1. When the first refuses, the second may answer.");
  chapter("Exit status and messages");
  by_hand("./persistent_server 127.0.0.1 7000      and      ./persistent_client localhost 7000");
  Listener us;
  Program client(client_name, {name_with_two_addresses(), us.port()});
  client.type("hello\n");
  CHECK(us.accept().receive(9) == frame("hello"));
}

TEST_CASE("04.5.7 stdin may be a file, and it may be one that cannot be read",
          "[program:persistent_client][points:1][needs:04.5.1]") {
  because(
      "Input does not always come from a keyboard or a pipe. A file is ready at any time; and when read gives -1 "
      "because it cannot be read at all, asking again and again will not help.");
  chapter("Lines to frames");
  by_hand(
      "./persistent_client 127.0.0.1 7000 < /dev/null; echo $?      and the same with a folder: "
      "./persistent_client 127.0.0.1 7000 < /");
  Listener us;
  {
    Options nothing;
    nothing.input = "/dev/null";
    Program client(client_name, {us.host(), us.port()}, nothing);
    CHECK(us.accept().receive_all() == "");
    CHECK(client.output() == "");
    CHECK(client.exit_status() == 0);
  }
  Options a_folder;
  a_folder.input = programs_folder();
  Program client(client_name, {us.host(), us.port()}, a_folder);
  Received sent = us.accept().receive_all();
  if (sent.ending == Ending::reset) sent.ending = sent.wanted;
  CHECK(sent == "");
  // Whether it takes that for the end of its input or for a failure is its own affair.
  CHECK(client.ends());
}

TEST_CASE("04.6.1 Each answer is printed on a line, in order", "[program:persistent_client][points:3][needs:04.5.1]") {
  because("stdout is the result: one line for each answer, and nothing else.");
  chapter("Read while you write");
  by_hand(two_terminals);
  Listener us;
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();

  std::string one = random_text(7), two = random_text(70);
  client.type(one + "\n" + two + "\n\n");
  client.end_input();
  CHECK(connection.receive_all() == frame(one) + frame(two) + frame(""));
  connection.send(answer(one) + answer(two) + answer(""));
  connection.finish_sending();
  CHECK(client.output() == "Echo: " + one + "\nEcho: " + two + "\nEcho: \n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("04.6.2 An answer is printed when it comes, not later",
          "[program:persistent_client][points:2][needs:04.6.1]") {
  because(
      "Somebody may sit at the keyboard, or another program may wait for the line. Into a pipe, stdout is kept back "
      "until its buffer is full: flush it.");
  chapter("Read while you write");
  by_hand("./persistent_client 127.0.0.1 7000 | cat      then type a line");
  Listener us;
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();

  for (int i = 0; i < 3; ++i) exchange_a_line(client, connection);
  // Nothing to read and nothing to send: it waits, for both ends.
  CHECK(takes_at_most_of_a_core(0.1, client));
  both_finish(client, connection);
  CHECK(client.exit_status() == 0);
}

TEST_CASE("04.6.3 Answers arrive in any pieces", "[program:persistent_client][points:2][needs:04.6.1]") {
  because(
      "The client must find the frames in the stream just as the server does: cut in the header, two in one segment, "
      "one in five.");
  chapter("Answer every whole frame");
  by_hand("a Python server that sends an answer byte by byte");
  Listener us;
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();
  client.type("a\nb\nc\nd\n");
  client.end_input();
  CHECK(connection.receive_all() == frame("a") + frame("b") + frame("c") + frame("d"));

  std::string large = counted_bytes(70'000);
  std::string bytes = frame("Echo: a") + frame("") + frame("Ouch: " + large) + frame("Echo: d");
  std::size_t at = 0;
  for (std::size_t length : {2, 1, 4, 4, 3, 1, 2, 9, 60'000}) {
    connection.send_piece(bytes.substr(at, length));
    at += length;
  }
  connection.send(bytes.substr(at));
  connection.finish_sending();
  CHECK(client.output() == "Echo: a\n\nOuch: " + large + "\nEcho: d\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("04.6.4 A hundred thousand lines", "[program:persistent_client][points:2][needs:04.6.1]") {
  because(
      "A client that sends everything before it reads waits for a server that waits for it: both send, nobody reads. "
      "Read while you write.");
  chapter("Read while you write");
  by_hand("seq 100000 | ./persistent_client 127.0.0.1 7000 | tail -1");
  EchoThread server;
  Options options;
  options.output = 64 * 1024 * 1024;
  Program client(client_name, {"127.0.0.1", server.port()}, options);

  std::string lines, answers;
  for (int i = 0; i < 100'000; ++i) {
    std::string line = std::to_string(i) + std::string(static_cast<std::size_t>(60 + i % 80), '.');
    lines += line + "\n";
    answers += "Echo: " + line + "\n";
  }
  client.type(lines);
  client.end_input();
  CHECK(client.output() == answers);
  CHECK(client.exit_status() == 0);
}

TEST_CASE("04.6.5 At the end of input the client half-closes and collects what is owed",
          "[program:persistent_client][points:2][needs:04.6.1]") {
  because(
      "The end of your input is not the end of the conversation: the answers are still to come. Say that you have "
      "finished, and read on, until the last of them; then there is nothing left to wait for. An ended stdin stays "
      "ready to be read: who goes on asking poll for it spins.");
  chapter("Read while you write");
  by_hand(two_terminals);
  Listener us;
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();
  client.type("one\ntwo\nthree");
  client.end_input();

  CHECK(connection.receive_all() == frame("one") + frame("two") + frame("three"));
  connection.send_piece(answer("one"));
  CHECK(client.next_line() == "Echo: one");
  // The end of stdin stays there to be read, again and again.
  REQUIRE(takes_at_most_of_a_core(0.1, client));
  connection.send(answer("two"));
  CHECK(client.next_line() == "Echo: two");
  client.wait_until_idle();
  connection.send(answer("three"));
  CHECK(client.output() == "Echo: three\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("04.6.6 A server that ends first: how many answers are missing",
          "[program:persistent_client][points:1][needs:04.6.2]") {
  because(
      "The client asked twenty times and was answered three times. It must not wait for more input to find that out: "
      "watch stdin and the server at the same time.");
  chapter("When the server ends first");
  by_hand("nc -l 127.0.0.1 7000      and      ./persistent_client 127.0.0.1 7000; type lines, then stop nc");
  auto how = GENERATE("ends", "ends inside an answer", "resets", "resets and has not taken all requests");
  auto input = GENERATE("stdin stays open", "stdin has ended");
  Story::current().step("the case", std::string("the server ") + how + ", " + input);
  Listener us;
  take_little(us);
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();
  std::string lines, frames, answers, more;
  for (int i = 0; i < 20; ++i) {
    std::string line = random_text(6);
    lines += line + "\n";
    frames += frame(line);
    if (i < 3) answers += answer(line);
  }
  // More than the buffers on the way hold: the client finds out while it sends.
  if (how == std::string("resets and has not taken all requests")) more = std::string(200'000, 'x') + "\n";
  client.type(lines + more);
  if (input == std::string("stdin has ended")) client.end_input();
  CHECK(connection.receive(frames.size()) == frames);
  connection.send(answers);
  for (int i = 0; i < 3; ++i) client.next_line();
  if (how == std::string("ends inside an answer")) connection.send_piece(answer("half of it").substr(0, 9));
  if (!more.empty()) {
    client.wait_until_idle();
    CHECK(takes_at_most_of_a_core(0.1, client));  // not even when stdin has ended and its rest waits for room
  }
  if (std::string(how).starts_with("resets"))
    connection.reset();
  else
    connection.close();
  CHECK(tells_missing(client, 17, more.empty() ? 0 : 1));
  CHECK(client.complains("persistent_client: "));
}

TEST_CASE("04.6.7 Answers are printed while the server takes no more requests",
          "[program:persistent_client][points:1][needs:04.6.2]") {
  because(
      "A server may answer and take nothing new for a while. Then requests have to wait, but not the answers. And who "
      "waits, waits in poll or in a call, not in a loop that asks for room again and again.");
  chapter("Read while you write");
  by_hand("a Python server that reads one frame, waits, answers it, and only then reads on");
  Listener us;
  take_little(us);
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();
  std::string question = random_text(8), much = random_text(8) + std::string(200'000, 'x'), last = random_text(8);
  client.type(question + "\n");
  REQUIRE(connection.receive(frame(question).size()) == frame(question));

  // More than the buffers on the way hold, and nobody takes it.
  client.type(much + "\n");
  client.wait_until_idle();
  connection.send(answer(question));
  CHECK(client.next_line() == "Echo: " + question);
  CHECK(takes_at_most_of_a_core(0.1, client));

  std::string frames = frame(much) + frame(last);
  client.type(last + "\n");
  CHECK(connection.receive(frames.size()) == frames);
  client.end_input();
  CHECK(connection.receive_all() == "");
  CHECK(takes_at_most_of_a_core(0.1, client));
  connection.send(answer(much) + answer(last));
  connection.finish_sending();
  CHECK(client.output() == "Echo: " + much + "\nEcho: " + last + "\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("04.6.8 Interrupted calls are carried on, in the client too",
          "[program:persistent_client][points:1][needs:04.6.2]") {
  because(
      "A signal may end any call that waits with EINTR. That is no failure: ask again. And a send may take a part of "
      "its frame only.");
  chapter("Wait for all of them at once");
  by_hand("hard to bring about by hand; look what your program does when poll gives -1 and errno is EINTR");
  Listener us;
  Program client(client_name, {us.host(), us.port()}, with(interrupts_every(2)));
  Peer connection = us.accept();
  for (int i = 0; i < 4; ++i) exchange_a_line(client, connection);
  both_finish(client, connection);
  CHECK(client.exit_status() == 0);

  // And in pieces, with the answers owed after the last line.
  Listener again;
  Program other(client_name, {again.host(), again.port()},
                with(receives_at_most(5), sends_at_most(3), interrupts_every(3)));
  Peer slow = again.accept();
  std::string first = random_text(30), second = random_text(50);
  other.type(first + "\n" + second + "\n");
  other.end_input();
  CHECK(slow.receive_all() == frame(first) + frame(second));
  slow.send(answer(first) + answer(second));
  slow.finish_sending();
  CHECK(other.output() == "Echo: " + first + "\nEcho: " + second + "\n");
  CHECK(other.exit_status() == 0);
}

TEST_CASE("04.6.9 A server that ends first, with nothing owed", "[program:persistent_client][points:1][needs:04.6.2]") {
  because(
      "All that was asked has been answered, but nobody has said that this is all. More lines would find no server: "
      "that is a failure, and the client need not wait for a line to find it out.");
  chapter("When the server ends first");
  by_hand("nc -l 127.0.0.1 7000      and      ./persistent_client 127.0.0.1 7000      then stop nc");
  Listener us;
  Program client(client_name, {us.host(), us.port()});
  Peer connection = us.accept();
  client.type("one\n");
  CHECK(connection.receive(frame("one").size()) == frame("one"));
  connection.send(answer("one"));
  REQUIRE(client.next_line() == "Echo: one");
  connection.close();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("persistent_client: "));
}
