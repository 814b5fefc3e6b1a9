#pragma once
#include <string>

#include "diagnosis.hpp"
#include "recording.hpp"
#include "story.hpp"

namespace harness {

/// Adds to a failure's story what the program's own calls were, beside ours, and what they say about its cause. Where
/// nothing could be recorded, it says so.
void tell_evidence(Story& story, const Recording& recording, Evidence evidence);

/// The lines of a sanitizer's report that a learner needs: what happened, and the frames in their own files.
std::string essence_of_report(const std::string& report);

}  // namespace harness
