// Which section of the book a text leads to.
#include "error_pages.hpp"

#include <catch2/catch_test_macros.hpp>

using harness::where_explained;

TEST_CASE("A message leads to the section about it, a text without one to none") {
  CHECK(where_explained("a client was lost: send: Broken pipe\n") == "docs/errors-talking.md \"Broken pipe\"");
  CHECK(where_explained("ended by the signal SIGPIPE") == "docs/errors-talking.md \"Broken pipe\"");
  CHECK(where_explained("accept(3) = -1 EMFILE (Too many open files)") ==
        "docs/errors-descriptors.md \"Too many open files\"");
  CHECK(where_explained("reply ended after 8 of 11 bytes") == "");
  CHECK(where_explained("") == "");
}

TEST_CASE("Of several messages the last one counts: it is why the program gave up") {
  CHECK(where_explained("a client was lost: Broken pipe\nbind: Address already in use") ==
        "docs/errors-connecting.md \"Address already in use\"");
}

TEST_CASE("An exception that nobody caught is a worse matter than its reason") {
  CHECK(where_explained("terminate called after throwing an instance of 'std::system_error'\n  what():  bind: Address "
                        "already in use") ==
        "docs/errors-grader.md \"terminate called after throwing an instance of\"");
}
