#pragma once

/// Grading a class of `size` mixed submissions of lab 02 against the naive way and against the floor, with what it
/// takes of memory.
void time_class(int size);
