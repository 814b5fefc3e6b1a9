#pragma once

/// Seconds, since the machine was started, in which somebody was ready to run and had no processor (PSI, the "some" of
/// /proc/pressure/cpu); 0 where the kernel does not tell. Unlike schedstat it counts those too that are gone by now,
/// such as the process by which the leak check stops a program at its end.
double processor_pressure();
