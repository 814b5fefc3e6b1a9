#pragma once

/// The reference of lab 04 beside servers that are written otherwise: messages a second and their times, as ratios.
void compare_servers();

/// Many idle connections: what it costs to take them in, to hold them, and to serve a busy one among them.
void compare_idle_crowds();
