#pragma once

/// The board of lab 02 when nothing has changed.
void time_unchanged_board();

/// The board after a configure in an empty folder: what a newcomer waits for.
void time_first_board();
