#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "choice.hpp"

namespace classroom {

/// What became of an archive.
struct Unpacked {
  Choice choice;        ///< what was taken from it, as paths below the folder
  std::string trouble;  ///< why nothing was
};

/// Takes from an archive the files that count for the lab, and nothing else, into `folder`. The unpacker (CMake's tar)
/// runs behind a fence, under limits: bombs of any kind, names that lead out of it, links and devices come to nothing.
Unpacked unpack(const std::string& archive, const Lab& lab, const std::string& folder, uid_t user);

}  // namespace classroom
