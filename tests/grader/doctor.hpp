#pragma once

/// Says what this machine offers the grader: compiler, Catch2, private network, loopback, speed, known traps.
/// \returns 0 when grading can work here, 1 when something that it needs is missing
int doctor();
