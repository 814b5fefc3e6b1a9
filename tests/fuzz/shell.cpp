// Lab 01's shell: any lines typed at it. Its system calls are pretended (shell_calls.cpp).
#include "shell.hpp"

#include <netdb.h>

#include <stdexcept>
#include <string>

#include "fuzz.hpp"
#include "text.hpp"

// No name may be looked up here: that takes long and asks others.
extern "C" int __real_getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**);
extern "C" int __wrap_getaddrinfo(const char* host, const char* port, const addrinfo* hints, addrinfo** list) {
  addrinfo numeric = *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  return __real_getaddrinfo(host, port, &numeric, list);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string all(reinterpret_cast<const char*>(data), size);
  const std::string quoted = quote(all);
  for (char c : quoted) must(c >= 0x20 && c <= 0x7e, "quoted text is printable");
  must(unescape(std::string_view(quoted).substr(1, quoted.size() - 2)) == all, "bytes come back from quoted text");

  Shell shell;
  std::string_view rest(all);
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const bool blank = line.find_first_not_of(' ') == std::string_view::npos;
    const std::string answer = shell.answer(line);
    must(answer.empty() == blank, "an answer to each command");
    // On one line, but for lists.
    if (!answer.starts_with("error: ")) continue;
    for (char c : answer) must(c != '\n', "an error is one line");
  }
  return 0;
}
