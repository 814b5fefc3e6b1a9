#pragma once

/// How the time grows as the work grows.

/// Tests that are judged: so many jobs of lab 02's board.
void time_more_tests();

/// Connections that are all busy, of lab 04's reference and of the server by hand.
void time_more_connections();

/// Connections that are idle, and one that is busy among them.
void time_more_idle_connections();
