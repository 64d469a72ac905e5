#include "base/random.h"

#include <numeric>
#include <utility>

#include "base/errors.h"
#include "base/hash.h"

namespace at2 {

RandomStream::RandomStream(std::uint64_t seed, std::string_view purpose, std::initializer_list<std::uint64_t> keys)
    : state_(hash64(purpose, seed)) {
  for (const std::uint64_t key : keys) {
    state_ = hash64({reinterpret_cast<const char*>(&key), sizeof(key)}, state_);
  }
}

std::uint64_t RandomStream::next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

double RandomStream::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t RandomStream::below(std::uint64_t bound) {
  AT2_EXPECT(bound > 0, "an empty range has no random number");
  // Numbers under `threshold` would make the first residues likelier.
  const std::uint64_t threshold = (0 - bound) % bound;
  for (;;) {
    const std::uint64_t number = next();
    if (number >= threshold) return number % bound;
  }
}

std::vector<std::int64_t> RandomStream::permutation(std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  return order;
}

}  // namespace at2
