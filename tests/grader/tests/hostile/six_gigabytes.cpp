char huge[6LL << 30] = {1};

int main() {}
