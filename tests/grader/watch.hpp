#pragma once
#include "board.hpp"

/// Builds and judges the lab last worked on, and again at each save below labs/, until Ctrl-C.
/// \param name the lab to watch; empty: the one whose files changed last
void watch(const std::string& name, const BoardOptions& options);
