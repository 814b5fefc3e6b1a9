#include "/etc/passwd"
#include "@SOLUTIONS_SOURCE@/echo_server.cpp"
