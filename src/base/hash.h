/// \file base/hash.h
/// \brief Fingerprints: short hexadecimal digests of what an artifact depends on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace at2 {

/// 64-bit XXH3 of `bytes`.
[[nodiscard]] std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// 32 hexadecimal digits, XXH3-128 of `bytes`.
[[nodiscard]] std::string fingerprint(std::string_view bytes);

/// Fingerprint of the whole content of a file (memory-mapped).
/// \throws UserError if the file cannot be read.
[[nodiscard]] std::string fingerprint_file(const std::filesystem::path& path);

/// fingerprint() of bytes that come in pieces.
class Fingerprinter {
 public:
  Fingerprinter();
  ~Fingerprinter();
  Fingerprinter(const Fingerprinter&) = delete;
  Fingerprinter& operator=(const Fingerprinter&) = delete;

  void add(std::span<const char> bytes);
  /// Of all bytes so far.
  [[nodiscard]] std::string digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace at2
