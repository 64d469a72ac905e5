/// \file base/random.h
/// \brief Random streams that are a function of their keys alone, never of rank count or order of use.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace at2 {

/// A SplitMix64 stream. Equal keys give equal numbers on every rank and machine.
class RandomStream {
 public:
  /// \param seed     the run's seed
  /// \param purpose  what the numbers are for ("ablation", "bootstrap"): streams of other purposes are independent
  /// \param keys     whatever else identifies the stream (hash of an example id, index of an ablation)
  RandomStream(std::uint64_t seed, std::string_view purpose, std::initializer_list<std::uint64_t> keys = {});

  /// 64 uniformly random bits.
  [[nodiscard]] std::uint64_t next();
  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] double uniform();
  /// Uniform in [0, bound), without bias. \pre bound > 0
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  /// A random permutation of 0..count-1 (Fisher-Yates).
  [[nodiscard]] std::vector<std::int64_t> permutation(std::int64_t count);

 private:
  std::uint64_t state_;
};

}  // namespace at2
