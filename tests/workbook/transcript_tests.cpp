// What the chapters show of a terminal is typed again, and must come out the same.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <filesystem>
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "network.hpp"
#include "transcript.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path source = SOURCE, build = BUILD;

// Long enough for a busy machine; what should come, comes at once.
constexpr std::chrono::seconds patience{15};

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
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
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

  void type(const std::string& line) {
    std::string text = line + "\n";
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
    static const std::regex port("\\b7[0-9]{3}\\b");
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

// Of the several programs called nc, the transcripts need the one that can finish sending.
bool nc_knows_half_close() {
  static const bool knows = std::system("nc -h 2>&1 | grep -q -e '\\[-[0-9A-Za-z]*N'") == 0;
  return knows;
}

// A tool that the block needs and this machine lacks.
std::string missing_tool(const Transcript& block) {
  for (const char* tool : {"nc", "ss", "openssl", "python3", "curl", "od", "strace"})
    for (const Typed& typed : block.typed)
      if (std::regex_search(typed.command, std::regex("(^|[|;&({] *)" + std::string(tool) + "\\b")) && !is_there(tool))
        return tool;
  for (const Typed& typed : block.typed)
    if (typed.command.find("nc -N") != std::string::npos && !nc_knows_half_close()) return "nc with -N";
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
  auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (sockets_in_use() == before && std::chrono::steady_clock::now() < limit) ::usleep(10'000);
}

void replay_commands(Terminal& shell, const Transcript& block, Ports& ports) {
  for (const Typed& typed : block.typed) {
    std::string command = ports.replaced(typed.command), expected;
    std::vector<std::string> answer;
    for (const std::string& line : typed.answer) answer.push_back(ports.replaced(line));
    std::size_t before = sockets_in_use();
    shell.type(command);
    std::string output = shell.read_until("\1\n");
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
  Terminal left({shell}, folder, 0), right({shell}, folder, 0);
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

// A folder to work in, in which the commands of the page find `.build`.
struct Scratch {
  fs::path folder;
  Scratch() {
    std::string name = (fs::temp_directory_path() / "transcripts-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    fs::create_symlink(build, folder / ".build");
  }
  ~Scratch() { fs::remove_all(folder); }
};

void replay(const std::string& page) {
  std::ifstream file(source / "docs" / page);
  std::stringstream text;
  text << file.rdbuf();
  auto blocks = transcripts_in(text.str());
  REQUIRE(!blocks.empty());
  if (!is_there("bash")) SKIP("there is no bash here");
  if (harness::network() != harness::Network::own) harness::enter_private_network();
  Scratch scratch;
  Ports ports;
  Terminal shell({"bash", "-c", "while IFS= read -r -u 9 line; do eval \"$line\"; printf '\\1\\n'; done"},
                 scratch.folder, 9);
  std::size_t replayed = 0;
  for (const Transcript& block : blocks) {
    std::string tool = missing_tool(block);
    if (!block.excuse.empty()) continue;
    if (!tool.empty()) {
      WARN(page << ":" << block.line << " is not replayed: there is no " << tool << " here");
      if (tool == "openssl") break;  // what follows needs the certificates
      continue;
    }
    ++replayed;
    if (block.turns.empty())
      replay_commands(shell, block, ports);
    else
      replay_turns(scratch.folder, block, ports);
  }
  if (replayed == 0) SKIP("nothing could be replayed here");
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

// One test each, so that they run side by side.
TEST_CASE("The transcripts of chapter 01 are what happens") { replay("01-socket-basics.md"); }
TEST_CASE("The transcripts of chapter 02 are what happens") { replay("02-tcp-echo.md"); }
TEST_CASE("The transcripts of chapter 03 are what happens") { replay("03-udp-echo.md"); }
TEST_CASE("The transcripts of chapter 04 are what happens") { replay("04-persistent-connections.md"); }
TEST_CASE("The transcripts of chapter 05 are what happens") { replay("05-broadcasting.md"); }
TEST_CASE("The transcripts of chapter 06 are what happens") { replay("06-timeouts.md"); }
TEST_CASE("The transcripts of chapter 07 are what happens") {
  if (fs::exists(build / "tests/07-tls/left-out")) SKIP("lab 07 is left out");
  replay("07-tls.md");
}
