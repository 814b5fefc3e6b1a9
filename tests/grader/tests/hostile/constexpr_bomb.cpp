template <unsigned N>
constexpr unsigned long sum() {
  unsigned long all = N;
  for (unsigned i = 0; i < 200'000; ++i) all += i;
  return all;
}
template <unsigned N>
struct All : All<N - 1> {
  static_assert(sum<N>() > 0);
};
template <>
struct All<0> {};

int main() { All<800> all; }
