#include "pressure.hpp"

#include <cstdlib>
#include <string>

#include "files.hpp"

double processor_pressure() {
  const std::string text = harness::text_if_any("/proc/pressure/cpu"), key = "total=";
  std::size_t at = text.find(key);
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + key.size(), nullptr) / 1e6;
}
