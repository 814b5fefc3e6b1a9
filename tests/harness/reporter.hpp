#pragma once

namespace harness {

/// Makes the reporter `jsonl` known to Catch2. It tells `grade` what happened: one line of JSON when a test case
/// starts and one when it has ended. A start without an end means that the test itself was ended.
void register_reporter();

}  // namespace harness
