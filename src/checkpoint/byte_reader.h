/// \file checkpoint/byte_reader.h
/// \brief A cursor over the bytes of a file that never reads past their end.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/errors.h"

namespace at2 {

static_assert(std::endian::native == std::endian::little, "checkpoints are read as little-endian memory");

/// Reads little-endian numbers one after the other.
class ByteReader {
 public:
  /// \param file  named in messages
  ByteReader(std::span<const std::byte> bytes, std::string_view file) : bytes_(bytes), file_(file) {}

  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t remaining() const noexcept { return bytes_.size() - position_; }

  /// The next `count` bytes.
  /// \param what  named in the message
  /// \throws UserError if the file ends before.
  std::span<const std::byte> take(std::uint64_t count, std::string_view what) {
    if (count > remaining()) {
      throw UserError(std::string(file_) + ": the file ends within " + std::string(what),
                      std::to_string(count) + " bytes are needed at byte " + std::to_string(position_) + ", " +
                          std::to_string(remaining()) + " are left",
                      "get the file again");
    }
    const auto taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
  }

  /// The next number.
  /// \throws UserError if the file ends before.
  template <typename Number>
  Number number(std::string_view what) {
    static_assert(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>);
    Number value;
    std::memcpy(&value, take(sizeof(value), what).data(), sizeof(value));
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  std::string_view file_;
  std::uint64_t position_ = 0;
};

}  // namespace at2
