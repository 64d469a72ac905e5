#include "base/sha256.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

namespace at2 {
namespace {

using Words = std::array<std::uint32_t, 8>;

/// The first 64 primes.
std::array<double, 64> primes() {
  std::array<double, 64> found{};
  std::size_t count = 0;
  for (int number = 2; count < found.size(); ++number) {
    bool prime = true;
    for (int divisor = 2; divisor * divisor <= number; ++divisor) prime = prime && number % divisor != 0;
    if (prime) found[count++] = number;
  }
  return found;
}

/// The first 32 bits of what follows the point.
std::uint32_t fraction_bits(double value) {
  return static_cast<std::uint32_t>(std::ldexp(value - std::floor(value), 32));
}

/// Of the standard, section 4.2.2: from the cube roots of the primes.
std::array<std::uint32_t, 64> round_constants() {
  std::array<std::uint32_t, 64> constants{};
  const std::array<double, 64> roots_of = primes();
  for (std::size_t i = 0; i < constants.size(); ++i) constants[i] = fraction_bits(std::cbrt(roots_of[i]));
  return constants;
}

/// Section 5.3.3: from the square roots of the first eight.
Words first_state() {
  Words state{};
  const std::array<double, 64> roots_of = primes();
  for (std::size_t i = 0; i < state.size(); ++i) state[i] = fraction_bits(std::sqrt(roots_of[i]));
  return state;
}

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24U | static_cast<std::uint32_t>(bytes[1]) << 16U |
         static_cast<std::uint32_t>(bytes[2]) << 8U | bytes[3];
}

/// Section 6.2.2. \param block  64 bytes
void absorb(Words& state, const std::uint8_t* block, const std::array<std::uint32_t, 64>& constants) {
  std::array<std::uint32_t, 64> schedule{};
  for (std::size_t t = 0; t < 16; ++t) schedule[t] = big_endian(block + 4 * t);
  for (std::size_t t = 16; t < 64; ++t) {
    const std::uint32_t early = schedule[t - 15];
    const std::uint32_t late = schedule[t - 2];
    schedule[t] = schedule[t - 16] + schedule[t - 7] + (std::rotr(early, 7) ^ std::rotr(early, 18) ^ (early >> 3U)) +
                  (std::rotr(late, 17) ^ std::rotr(late, 19) ^ (late >> 10U));
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t t = 0; t < 64; ++t) {
    const std::uint32_t first =
        h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + constants[t] + schedule[t];
    const std::uint32_t second =
        (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const Words mixed = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += mixed[i];
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  std::vector<std::uint8_t> padded(bytes.begin(), bytes.end());
  padded.push_back(0x80);
  while (padded.size() % 64 != 56) padded.push_back(0);
  const std::uint64_t bits = 8 * static_cast<std::uint64_t>(bytes.size());
  for (unsigned shift = 64; shift > 0; shift -= 8) padded.push_back(static_cast<std::uint8_t>(bits >> (shift - 8)));
  const std::array<std::uint32_t, 64> constants = round_constants();
  Words state = first_state();
  for (std::size_t at = 0; at < padded.size(); at += 64) absorb(state, padded.data() + at, constants);
  std::array<std::uint8_t, 32> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8U | (i < count ? bytes[at + i] : 0U);
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= count ? kDigits[group >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return text;
}

}  // namespace at2
