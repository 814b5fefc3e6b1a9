#pragma once

/// What net::Socket costs more than the calls that it wraps: in processor time and in instructions.
void time_common_calls();
