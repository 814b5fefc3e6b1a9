// The flight recorder's memory, which the program under test can fill with anything.
#include "recording.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "../recorder/record.hpp"
#include "calls.hpp"
#include "diagnosis.hpp"
#include "fuzz.hpp"

namespace {

// The place of its memory, as the program under test is told.
recorder::Memory* memory_of(const harness::Recording& recording) {
  for (const std::string& setting : recording.environment()) {
    if (!setting.starts_with(recorder::variable)) continue;
    const int fd = ::open(setting.c_str() + setting.find('=') + 1, O_RDWR | O_CLOEXEC);
    void* address = ::mmap(nullptr, sizeof(recorder::Memory), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (address != MAP_FAILED) return static_cast<recorder::Memory*>(address);
  }
  return nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Any file that can be read will do: nothing is loaded here.
  static const harness::Recording recording("/proc/self/exe");
  static recorder::Memory* const memory = memory_of(recording);
  must(memory != nullptr, "memory to record in");

  // Whole entries one behind the other. Numbers are given where there would be none, or hardly any would be read.
  constexpr std::size_t most = 24;
  std::memset(static_cast<void*>(memory->entries), 0, most * sizeof(recorder::Entry));
  Bytes input(data, size);
  for (std::size_t slot = 0; slot < most && !input.empty(); ++slot) {
    const unsigned control = input.byte();
    const std::string_view bytes = input.take(sizeof(recorder::Entry));
    std::memcpy(static_cast<void*>(&memory->entries[slot]), bytes.data(), bytes.size());
    if (control % 8 != 0) memory->entries[slot].ticket = slot + 1;
    if (control % 8 > 2) memory->entries[slot].call = static_cast<std::uint16_t>(control / 8 % 24);
    if (control % 8 > 4) memory->entries[slot].size = static_cast<std::uint8_t>(bytes.size() % recorder::kept_bytes);
    if (control % 8 > 5) memory->entries[slot].error %= 134;
  }

  harness::Evidence evidence;
  evidence.calls = recording.calls();
  for (const harness::RecordedCall& call : evidence.calls) {
    must(call.bytes.size() <= recorder::kept_bytes, "no more bytes than are kept");
    must(!harness::in_words(call).empty(), "every call can be told");
  }
  harness::listing(evidence.calls, {{1000, "we did something"}}, 500, ~0ULL, 12);
  evidence.expected = "Echo: hello";
  evidence.received = "Echo: ";
  evidence.lived_ms = 100;
  evidence.exit.kind = size % 2 == 0 ? harness::Exit::Kind::running : harness::Exit::Kind::exited;
  harness::diagnose(evidence);
  return 0;
}
