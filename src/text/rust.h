/// \file text/rust.h
/// \brief Owners for what the Rust library hands out. Private to this room.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "text/crate/at2_text.h"

namespace at2::rust {

/// The error slot of a call.
class ErrorSlot {
 public:
  ErrorSlot() = default;
  ~ErrorSlot() { at2_error_free(error_); }
  ErrorSlot(const ErrorSlot&) = delete;
  ErrorSlot& operator=(const ErrorSlot&) = delete;

  [[nodiscard]] At2Error* slot() noexcept { return &error_; }
  /// What went wrong; empty if nothing did.
  [[nodiscard]] std::string message() const { return error_.message == nullptr ? "" : error_.message; }
  /// "<name>:<line>", or `name` where no line applies.
  [[nodiscard]] std::string place(std::string_view name) const {
    return error_.line == 0 ? std::string(name) : std::string(name) + ":" + std::to_string(error_.line);
  }

 private:
  At2Error error_{};
};

/// A text that the library handed out.
class OwnedString {
 public:
  OwnedString() = default;
  ~OwnedString() { at2_string_free(string_); }
  OwnedString(const OwnedString&) = delete;
  OwnedString& operator=(const OwnedString&) = delete;

  [[nodiscard]] At2String* slot() noexcept { return &string_; }
  [[nodiscard]] std::string copy() const {
    return string_.bytes == nullptr ? std::string() : std::string(string_.bytes, string_.size);
  }

 private:
  At2String string_{};
};

}  // namespace at2::rust
