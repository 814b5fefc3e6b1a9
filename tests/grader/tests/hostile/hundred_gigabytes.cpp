#include <sys/mman.h>
#include <unistd.h>
#include <cstring>

int main() {
  for (int i = 0; i < 1600; ++i) {
    void* part = ::mmap(nullptr, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (part != MAP_FAILED) std::memset(part, 1, 64 << 20);
  }
  ::pause();
}
