#include <cstdio>

int main() {
  for (;;) std::puts("listening on 127.0.0.1:1, and much more than anybody wants to read");
}
