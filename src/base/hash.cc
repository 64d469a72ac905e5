#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstdio>

#include "base/mapped_file.h"

namespace at2 {

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

namespace {

std::string hexadecimal(const XXH128_hash_t& hash) {
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text.data();
}

}  // namespace

std::string fingerprint(std::string_view bytes) { return hexadecimal(XXH3_128bits(bytes.data(), bytes.size())); }

std::string fingerprint_file(const std::filesystem::path& path) {
  const MappedFile file(path);
  return fingerprint({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()});
}

struct Fingerprinter::State {
  XXH3_state_t bytes;
};

Fingerprinter::Fingerprinter() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->bytes); }

Fingerprinter::~Fingerprinter() = default;

void Fingerprinter::add(std::span<const char> bytes) {
  XXH3_128bits_update(&state_->bytes, bytes.data(), bytes.size());
}

std::string Fingerprinter::digest() const { return hexadecimal(XXH3_128bits_digest(&state_->bytes)); }

}  // namespace at2
