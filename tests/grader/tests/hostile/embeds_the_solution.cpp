// The reference as data of this program.
__asm__(".section .rodata\nsolution:\n.incbin \"@SOLUTIONS@/echo_server\"\nsolution_end:\n");

int main() {}
