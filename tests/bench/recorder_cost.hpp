#pragma once

/// What a recorded call costs more than one that is not.
void time_recorded_calls();

/// What the recorder costs the board of lab 02.
void time_recorded_board();
