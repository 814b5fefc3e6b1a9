// Before main, with the status that means success.
#include <unistd.h>

__attribute__((constructor)) static void early() { ::_exit(0); }

int main() {}
