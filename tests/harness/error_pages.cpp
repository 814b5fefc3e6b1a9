#include "error_pages.hpp"

namespace harness {

const std::vector<ErrorPage>& error_pages() {
  constexpr std::string_view connecting = "errors-connecting.md", talking = "errors-talking.md",
                             descriptors = "errors-descriptors.md", tls = "errors-tls.md", grader = "errors-grader.md";
  static const std::vector<ErrorPage> all{
      {"Address already in use", connecting, "Address already in use"},
      {"Cannot assign requested address", connecting, "Cannot assign requested address"},
      {"Connection refused", connecting, "Connection refused"},
      {"Connection timed out", connecting, "Connection timed out"},
      {"Network is unreachable", connecting, "Network is unreachable"},
      {"No route to host", connecting, "No route to host"},
      {"Name or service not known", connecting, "Name or service not known"},
      {"Temporary failure in name resolution", connecting, "Name or service not known"},
      {"Operation already in progress", connecting, "Operation now in progress"},
      {"Operation now in progress", connecting, "Operation now in progress"},
      {"Address family", connecting, "Address family not supported by protocol"},
      {"Transport endpoint is already connected", connecting, "Transport endpoint is already connected"},
      {"Connection reset by peer", talking, "Connection reset by peer"},
      {"Broken pipe", talking, "Broken pipe"},
      {"SIGPIPE", talking, "Broken pipe"},
      {"Transport endpoint is not connected", talking, "Transport endpoint is not connected"},
      {"Software caused connection abort", talking, "Software caused connection abort"},
      {"Interrupted system call", talking, "Interrupted system call"},
      {"Resource temporarily unavailable", talking, "Resource temporarily unavailable"},
      {"Message too long", talking, "Message too long"},
      {"Permission denied", talking, "Permission denied"},
      {"Operation not permitted", talking, "Permission denied"},
      {"No buffer space available", talking, "No buffer space available"},
      {"Destination address required", talking, "Destination address required"},
      {"No such device", talking, "No such device"},
      {"Bad file descriptor", descriptors, "Bad file descriptor"},
      {"Socket operation on non-socket", descriptors, "Socket operation on non-socket"},
      {"Invalid argument", descriptors, "Invalid argument"},
      {"Too many open files", descriptors, "Too many open files"},
      {"Operation not supported", descriptors, "Operation not supported"},
      {"certificate verify failed", tls, "certificate verify failed"},
      {"alert bad certificate", tls, "certificate verify failed"},
      {"alert certificate expired", tls, "certificate has expired"},
      {"alert unknown ca", tls, "unable to get local issuer certificate"},
      {"alert handshake failure", tls, "no shared cipher"},
      {"certificate has expired", tls, "certificate has expired"},
      {"certificate is not yet valid", tls, "certificate is not yet valid"},
      {"hostname mismatch", tls, "hostname mismatch"},
      {"IP address mismatch", tls, "IP address mismatch"},
      {"self-signed certificate", tls, "self-signed certificate"},
      {"unable to get local issuer certificate", tls, "unable to get local issuer certificate"},
      {"unexpected eof while reading", tls, "unexpected eof while reading"},
      {"wrong version number", tls, "wrong version number"},
      {"http request", tls, "http request"},
      {"no shared cipher", tls, "no shared cipher"},
      {"key values mismatch", tls, "key values mismatch"},
      {"no start line", tls, "no start line"},
      {"ERROR: AddressSanitizer", grader, "ERROR: AddressSanitizer"},
      {"ERROR: LeakSanitizer", grader, "ERROR: LeakSanitizer"},
      {"runtime error:", grader, "runtime error:"},
      {"terminate called after throwing", grader, "terminate called after throwing an instance of"},
      {"is the line flushed?", grader, "is the line flushed?"},
      {"it neither listens nor announces anything", grader, "it neither listens nor announces anything"},
      {"the program ended before it announced anything", grader, "the program ended before it announced anything"},
  };
  return all;
}

namespace {

constexpr std::string_view grader_page = "errors-grader.md";

const ErrorPage* last_one_in(std::string_view text, bool of_grader) {
  const ErrorPage* last = nullptr;
  std::size_t at = 0;
  for (const ErrorPage& page : error_pages()) {
    std::size_t found = text.rfind(page.message);
    if ((page.file == grader_page) != of_grader || found == std::string_view::npos || (last && found <= at)) continue;
    last = &page;
    at = found;
  }
  return last;
}

}  // namespace

std::string where_explained(std::string_view text) {
  // How the program ended comes first: an exception that nobody caught is a worse matter than its reason.
  const ErrorPage* page = last_one_in(text, true);
  if (!page) page = last_one_in(text, false);
  if (!page) return "";
  return "docs/" + std::string(page->file) + " \"" + std::string(page->heading) + '"';
}

}  // namespace harness
