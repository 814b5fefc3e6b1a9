#include "frames.hpp"

using namespace harness;

std::string header(std::uint32_t length) {
  std::string bytes;
  for (unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(length >> shift & 0xff);
  return bytes;
}

std::string frame(std::string_view payload) {
  return header(static_cast<std::uint32_t>(payload.size())).append(payload);
}

std::string answer(std::string_view payload) { return frame(std::string("Echo: ").append(payload)); }

bool is_answered(Peer& client, std::string_view payload) {
  std::string expected = answer(payload);
  return client.converse(frame(payload), expected.size()) == expected;
}

bool serves(Program& server, const std::string& name) {
  Peer client = Peer::connect(server.listening_on(), name);
  return is_answered(client, random_text(8));
}

std::string_view fill(Program& server, Peer& client, std::string_view bytes) {
  for (std::size_t before = 0; before != bytes.size() && !bytes.empty();) {
    before = bytes.size();
    bytes = client.send_what_fits(bytes);
    server.wait_until_idle();
  }
  return bytes;
}
