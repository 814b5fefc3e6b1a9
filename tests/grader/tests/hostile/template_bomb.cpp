template <int N, class L, class R>
struct Bomb : Bomb<N - 1, Bomb<N, L, int>, Bomb<N, R, char>>, Bomb<N - 1, Bomb<N, R, int>, Bomb<N, L, char>> {};
template <class L, class R>
struct Bomb<0, L, R> {};

int main() { Bomb<40, int, char> bomb; }
