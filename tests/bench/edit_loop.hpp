#pragma once

/// Save -> board, and no change -> board, for lab 02's reference.
void time_edit_loop();

/// The board after a configure in an empty folder: what a newcomer waits for.
void time_first_board();
