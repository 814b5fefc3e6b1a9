// socket_shell: every socket call, by hand. Start two of them side by side and watch a connection being made.
//
// Given; what you write is in calls.cpp and, last, handle.cpp.
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "line_editor.hpp"
#include "shell.hpp"

namespace {

// Does nothing but end a waiting call with EINTR. Without SA_RESTART, or the call would go on waiting.
extern "C" void interrupt(int) {}

void set_up_signals() {
  // Sending to a peer that has gone is an error to look at (EPIPE), not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  if (!::isatty(0)) return;
  struct sigaction action{};
  action.sa_handler = interrupt;
  ::sigaction(SIGINT, &action, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 1) {
    std::cerr << "usage: " << argv[0] << "      (it takes its commands from stdin; type help)\n";
    return 2;
  }
  set_up_signals();
  LineEditor editor;
  Shell shell;
  while (auto line = editor.next())
    if (std::string answer = shell.answer(*line); !answer.empty()) std::cout << answer << std::endl;
}
