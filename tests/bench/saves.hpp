#pragma once

/// For each lab: from a save to the first verdict and to the whole board, against compiling and linking alone.
void time_saves();
