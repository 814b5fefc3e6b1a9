// What the book shows of a terminal is typed again, and must come out the same.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "files.hpp"
#include "network.hpp"
#include "transcript.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path source = SOURCE, build = BUILD;

// Long enough for a busy machine; what should come, comes at once.
constexpr std::chrono::seconds patience{30};

std::string search_path() {
  std::string path = (build / "docs").string();
  for (const auto& lab : fs::directory_iterator(build / "solutions"))
    if (lab.is_directory()) path += ":" + lab.path().string();
  return path + ":" + (std::getenv("PATH") != nullptr ? std::getenv("PATH") : "/usr/bin:/bin");
}

// A program with a pipe to type into and one to read its output and errors from. It ends, with all that it started,
// with this object.
class Terminal {
 public:
  // `type_on`: the descriptor on which the program reads what is typed.
  Terminal(const std::vector<std::string>& command, const fs::path& folder, int type_on) {
    int in[2], out[2];
    REQUIRE((::pipe2(in, O_CLOEXEC) == 0 && ::pipe2(out, O_CLOEXEC) == 0));
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::setpgid(0, 0);
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // type.sh ends what it has started, then
      if (::chdir(folder.c_str()) != 0) ::_exit(127);
      ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
      ::dup2(in[0], type_on);
      ::dup2(out[1], 1);
      ::dup2(out[1], 2);
      for (int fd = 3; fd < 64; ++fd)  // the first socket is 3, as on the page
        if (fd != type_on) ::close(fd);
      ::setenv("PATH", search_path().c_str(), 1);
      std::vector<char*> words;
      for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
      words.push_back(nullptr);
      ::execvp(words[0], words.data());
      ::_exit(127);
    }
    ::setpgid(pid_, pid_);
    ::close(in[0]);
    ::close(out[1]);
    in_ = in[1];
    out_ = out[0];
  }
  ~Terminal() {
    ::close(in_);
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(out_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& line, const std::string& end = "\n") {
    std::string text = line + end;
    REQUIRE(::write(in_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  // What is read until `end` has come, without it; all that has come if it does not.
  std::string read_until(const std::string& end) {
    auto limit = std::chrono::steady_clock::now() + patience;
    while (read_.find(end) == std::string::npos) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - std::chrono::steady_clock::now()).count();
      pollfd ready{out_, POLLIN, 0};
      char buffer[4096];
      ssize_t n = left > 0 && ::poll(&ready, 1, static_cast<int>(left)) > 0 ? ::read(out_, buffer, sizeof buffer) : 0;
      if (n <= 0) return std::exchange(read_, "");
      read_.append(buffer, static_cast<std::size_t>(n));
    }
    std::string before = read_.substr(0, read_.find(end));
    read_.erase(0, before.size() + end.size());
    return before;
  }

 private:
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1;
  std::string read_;
};

// In a network of our own the page's ports are free. On the machine's, each becomes one that the system chooses.
class Ports {
 public:
  std::string replaced(const std::string& text) {
    static const std::regex port("\\b[78][0-9]{3}\\b");
    if (harness::network() == harness::Network::own) return text;
    std::string out;
    auto rest = text.begin();
    for (std::sregex_iterator match(text.begin(), text.end(), port), end; match != end; ++match) {
      std::string& ours = ports_[match->str()];
      if (ours.empty()) ours = free_port();
      out.append(rest, text.begin() + match->position()) += ours;
      rest = text.begin() + match->position() + match->length();
    }
    return out.append(rest, text.end());
  }

 private:
  static std::string free_port() {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t length = sizeof address;
    REQUIRE((::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
             ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0));
    ::close(fd);
    return std::to_string(ntohs(address.sin_port));
  }
  std::map<std::string, std::string> ports_;
};

bool is_there(const std::string& tool) {
  std::istringstream folders(search_path());
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((folder + "/" + tool).c_str(), X_OK) == 0) return true;
  return false;
}

// tcpdump becomes another user, and there is none where an ordinary user's private network was made.
bool is_root_in_own_network = false;

// A fresh one for each page: a connection that is over rests in it for a minute.
void enter_network() {
  static const bool is_root = ::geteuid() == 0;
  if ((is_root || harness::network() == harness::Network::own) && ::unshare(CLONE_NEWNET) == 0) {
    harness::settle_in_private_network();
    is_root_in_own_network = is_root;
  } else {
    harness::enter_private_network();
  }
}

// Asked once, since it takes a while.
bool succeeds(const std::string& command) {
  static std::map<std::string, bool> known;
  auto [entry, is_new] = known.emplace(command, false);
  if (is_new) entry->second = std::system((command + " > /dev/null 2>&1").c_str()) == 0;
  return entry->second;
}

// Tools that are there and may not do what they are there for.
std::string what_it_lacks(const std::string& tool, const std::string& command) {
  if (!is_there(tool)) return tool;
  // Of the several programs called nc, the transcripts need the one that can finish sending.
  if (tool == "nc" && command.find(" -N") != std::string::npos && !succeeds("nc -h 2>&1 | grep -e '\\[-[0-9A-Za-z]*N'"))
    return "nc with -N";
  if (tool == "tcpdump" && !is_root_in_own_network) return "network of our own in which root is root";
  if (tool == "strace" && !succeeds("strace true")) return "strace that may look";
  if (tool == "gdb" && !succeeds("gdb -q -batch -ex run true 2>&1 | grep -q 'exited normally'"))
    return "gdb that may look";
  if (tool == "unshare" && !succeeds("unshare -rn true")) return "network in a network";
  return "";
}

// A tool that the block needs and this machine lacks.
std::string missing_tool(const Transcript& block) {
  std::vector<std::string> commands = block.before;
  commands.push_back(block.meanwhile);
  for (const Typed& typed : block.typed) commands.push_back(typed.command);
  for (const char* tool : {"nc", "ss", "openssl", "python3", "curl", "od", "strace", "gdb", "tcpdump", "unshare", "ip",
                           "tls_echo_server", "mosquitto"}) {
    const std::regex used("(^|[|;&({'\n] *|sudo |[0-9] )" + std::string(tool) + "\\b");
    for (const std::string& command : commands)
      if (std::regex_search(command, used))
        if (std::string lacks = what_it_lacks(tool, command); !lacks.empty()) return lacks;
  }
  return "";
}

// How many sockets there are in this network.
std::size_t sockets_in_use() {
  std::size_t count = 0;
  for (const char* table : {"/proc/self/net/tcp", "/proc/self/net/udp"}) {
    std::ifstream file(table);
    for (std::string line; std::getline(file, line);) ++count;
  }
  return count;
}

// What goes on in the background and says nothing is ready when it has its socket.
void wait_for_a_socket(std::size_t before) {
  auto limit = std::chrono::steady_clock::now() + patience;
  while (sockets_in_use() == before && std::chrono::steady_clock::now() < limit) ::usleep(10'000);
}

std::string typed_and_answered(Terminal& shell, const std::string& command) {
  shell.type(command, "\1");
  return shell.read_until("\1\n");
}

// The block's command goes on while something is typed in another terminal, and is ended when it has said everything.
void replay_meanwhile(Terminal& shell, const fs::path& folder, const Transcript& block, Ports& ports) {
  const Typed& typed = block.typed.front();
  std::vector<std::string> answer;
  for (const std::string& line : typed.answer) answer.push_back(ports.replaced(line));
  std::string command = ports.replaced(typed.command), meanwhile = ports.replaced(block.meanwhile), output;
  std::size_t before = sockets_in_use();
  typed_and_answered(shell, "rm -f .seen; { " + command + "\n} > .seen 2>&1 & job=$!");
  // A tool that only looks on has no socket, or none of these; it says that it has begun.
  auto limit = std::chrono::steady_clock::now() + patience;
  while (sockets_in_use() == before && harness::text_if_any(folder / ".seen").empty() &&
         std::chrono::steady_clock::now() < limit)
    ::usleep(10'000);
  typed_and_answered(shell, "{ " + meanwhile + "\n} > /dev/null 2>&1");
  limit = std::chrono::steady_clock::now() + patience;
  do {
    ::usleep(10'000);
    output = harness::text_if_any(folder / ".seen");
  } while (!agree(answer, lines_of(output)) && std::chrono::steady_clock::now() < limit);
  typed_and_answered(shell, "kill $(command pgrep -P $job) $job 2> /dev/null; wait $job 2> /dev/null");
  CAPTURE(block.line, command, meanwhile, block.all, output);
  REQUIRE(agree(answer, lines_of(output)));
}

void replay_commands(Terminal& shell, const Transcript& block, Ports& ports) {
  for (const Typed& typed : block.typed) {
    std::string command = ports.replaced(typed.command), expected;
    std::vector<std::string> answer;
    for (const std::string& line : typed.answer) answer.push_back(ports.replaced(line));
    std::size_t before = sockets_in_use();
    std::string output = typed_and_answered(shell, command);
    // What goes on in the background speaks when it is ready.
    while (command.ends_with("&") && lines_of(output).size() < answer.size()) {
      std::string line = shell.read_until("\n");
      if (line.empty()) break;
      output += line + "\n";
    }
    if (command.ends_with("&") && answer.empty()) wait_for_a_socket(before);
    for (const std::string& line : answer) expected += line + "\n";
    CAPTURE(block.line, command, expected, output);
    REQUIRE(agree(answer, lines_of(output)));
  }
}

void replay_turns(const fs::path& folder, const Transcript& block, Ports& ports) {
  const std::string shell = (build / "solutions/01-socket-basics/socket_shell").string();
  Terminal left({shell}, folder, 0), right({shell}, folder, 0);  // the right one says nothing where there is one
  for (const Turn& turn : block.turns) {
    Terminal& terminal = turn.right ? right : left;
    std::string text = ports.replaced(turn.text);
    if (turn.typed) {
      terminal.type(text);
      continue;
    }
    std::string line = terminal.read_until("\n");
    CAPTURE(block.line, turn.right, text, line);
    REQUIRE(masked(line) == masked(text));
  }
}

// A folder to work in, in which the commands of the page find what they would find in the workbook's.
struct Scratch {
  fs::path folder;
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "transcripts-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
    fs::create_symlink(build, folder / ".build");
    for (const char* name : {"common", "docs", "labs", "solutions", "tests"})
      fs::create_symlink(source / name, folder / name);
  }
  ~Scratch() { fs::remove_all(folder); }
};

// The pages that are replayed: those whose name begins so. Chapters one by one, since they take longest.
const std::vector<std::string> replayed{"01-",    "02-",         "03-",        "04-",       "05-",   "06-",   "07-",
                                        "errors", "from-python", "how-to-use", "reference", "tools", "where-"};

std::vector<std::string> pages_of(const std::string& start) {
  std::vector<std::string> pages;
  for (const auto& entry : fs::directory_iterator(source / "docs"))
    if (entry.path().extension() == ".md" && entry.path().filename().string().starts_with(start))
      pages.push_back(entry.path().filename().string());
  std::sort(pages.begin(), pages.end());
  return pages;
}

// Gives how many blocks were replayed.
std::size_t replay_page(const std::string& page) {
  Scratch scratch;
  Ports ports;
  Terminal shell({"bash", (source / "tests/workbook/type.sh").string()}, scratch.folder, 9);
  std::size_t count = 0;
  for (const Transcript& block : transcripts_in(harness::text_of(source / "docs" / page))) {
    std::string tool = missing_tool(block);
    CAPTURE(page, block.line);
    if (!block.excuse.empty()) continue;
    if (!tool.empty()) {
      WARN(page << ":" << block.line << " is not replayed: there is no " << tool << " here");
      // What follows may need the certificates, the servers, the connections that it made.
      if (tool == "openssl" || tool == "nc") break;
      continue;
    }
    ++count;
    for (const std::string& command : block.before) typed_and_answered(shell, ports.replaced(command));
    if (!block.meanwhile.empty())
      replay_meanwhile(shell, scratch.folder, block, ports);
    else if (block.turns.empty())
      replay_commands(shell, block, ports);
    else
      replay_turns(scratch.folder, block, ports);
  }
  return count;
}

void replay(const std::string& start) {
  std::vector<std::string> pages = pages_of(start);
  REQUIRE(!pages.empty());
  if (!is_there("bash")) SKIP("there is no bash here");
  enter_network();
  std::size_t count = 0;
  for (const std::string& page : pages) count += replay_page(page);
  if (count == 0) SKIP("nothing could be replayed here");
}

}  // namespace

TEST_CASE("A false transcript is seen to be false, and a true one to be true") {
  auto blocks = transcripts_in(
      "```\n$ echo a\na\n$ echo b 127.0.0.1:40123\n...\n```\n<!-- not replayed: needs root -->\n```\n$ x\n```\n");
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[1].excuse == "needs root");
  REQUIRE(blocks[0].typed.size() == 2);
  CHECK(agree(blocks[0].typed[0].answer, {"a"}));
  CHECK_FALSE(agree(blocks[0].typed[0].answer, {"b"}));
  CHECK_FALSE(agree(blocks[0].typed[0].answer, {"a", "a"}));
  CHECK(agree(blocks[0].typed[1].answer, {"anything", "at all"}));
  CHECK(masked("from 127.0.0.1:40123") == masked("from 127.0.0.1:51234"));
  CHECK_FALSE(masked("listening on 127.0.0.1:7000") == masked("listening on 127.0.0.1:7001"));
}

TEST_CASE("What stands for any text in a line stands for nothing else") {
  CHECK(line_agrees("at .../common/socket.cpp:90", "at ../common/socket.cpp:91"));
  CHECK(line_agrees("options [...], length 0", "options [mss 65495,sackOK], length 0"));
  CHECK_FALSE(line_agrees("options [...], length 0", "options [mss 65495,sackOK], length 5"));
  CHECK_FALSE(line_agrees("lab01 ....... 0", "lab01 ......... 0"));
  CHECK_FALSE(line_agrees("a...b", "a"));
}

TEST_CASE("A block that shows a terminal is replayed or says why not") {
  const std::string typed = "```\n$ echo a\n  b\n```\n", message = "```\necho: a: b\n```\n";
  CHECK(doubtful_blocks(typed).empty());
  CHECK(doubtful_blocks(message).size() == 1);
  CHECK(doubtful_blocks("<!-- no transcript -->\n" + message).empty());
  CHECK(doubtful_blocks("<!-- shown by: echo 'echo: a: b' -->\n" + message).empty());
  CHECK(doubtful_blocks("<!-- not replayed: needs a class -->\n" + typed).empty());
  CHECK(doubtful_blocks("<!-- no transcript -->\n" + typed).size() == 1);
  CHECK(doubtful_blocks("<!-- not repalyed: needs a class -->\n" + typed).size() == 1);
  CHECK(doubtful_blocks("```\na first line\n$ echo a\n```\n").size() == 2);

  auto blocks = transcripts_in("<!-- typed before: cd web -->\n<!-- shown by: cat a -->\n" + message);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].before == std::vector<std::string>{"cd web"});
  REQUIRE(blocks[0].typed.size() == 1);
  CHECK(blocks[0].typed[0].command == "cat a");
  CHECK(blocks[0].typed[0].answer == std::vector<std::string>{"echo: a: b"});
}

TEST_CASE("No page shows a terminal that nobody looks at") {
  for (const char* folder : {"docs", "docs/instructor"}) {
    if (!fs::exists(source / folder)) continue;
    for (const auto& entry : fs::directory_iterator(source / folder)) {
      const std::string page = entry.path().filename().string();
      if (entry.path().extension() != ".md") continue;
      const std::string text = harness::text_of(entry.path());
      CAPTURE(folder, page);
      CHECK(doubtful_blocks(text) == std::vector<std::string>{});
      bool is_replayed = folder == std::string("docs") &&
                         std::any_of(replayed.begin(), replayed.end(),
                                     [&page](const std::string& start) { return page.starts_with(start); });
      for (const Transcript& block : transcripts_in(text)) {
        CAPTURE(block.line);
        CHECK((is_replayed || !block.excuse.empty()));
      }
    }
  }
}

// One test each, so that they run side by side.
TEST_CASE("The transcripts of chapter 01 are what happens") { replay("01-"); }
TEST_CASE("The transcripts of chapter 02 are what happens") { replay("02-"); }
TEST_CASE("The transcripts of chapter 03 are what happens") { replay("03-"); }
TEST_CASE("The transcripts of chapter 04 are what happens") { replay("04-"); }
TEST_CASE("The transcripts of chapter 05 are what happens") { replay("05-"); }
TEST_CASE("The transcripts of chapter 06 are what happens") { replay("06-"); }
TEST_CASE("The transcripts of chapter 07 are what happens") {
  if (fs::exists(build / "tests/07-tls/left-out")) SKIP("lab 07 is left out");
  replay("07-");
}

TEST_CASE("The transcripts of the page on using the book are what happens") { replay("how-to-use"); }
TEST_CASE("The transcripts of the page on tools are what happens") { replay("tools"); }
TEST_CASE("The transcripts of the reference are what happens") { replay("reference"); }
TEST_CASE("The transcripts of the error pages are what happens") { replay("errors"); }
TEST_CASE("The transcripts of the page for who comes from Python are what happens") { replay("from-python"); }
TEST_CASE("The transcripts of the pages on where sockets live are what happens") { replay("where-"); }
