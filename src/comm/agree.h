/// \file comm/agree.h
/// \brief Errors that one rank meets and all ranks must know of, and texts between ranks.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/errors.h"
#include "comm/communicator.h"

namespace at2 {

/// An error known to all ranks: each holds the same text, so that one of them need say it and all can end in order.
class AgreedError : public UserError {
 public:
  AgreedError(const std::string& text, int rank) : UserError(text, "", ""), rank_(rank) {}
  /// The lowest rank that met an error.
  [[nodiscard]] int rank() const noexcept { return rank_; }

 private:
  int rank_;
};

/// Returns if no rank passes an error; else all ranks throw that of the lowest rank that does. \collective
/// \throws AgreedError with the text of that error ("internal error: ..." unless it is a UserError).
void agree(Communicator& communicator, const std::exception_ptr& error);

/// Runs `step` on this rank, then agrees: all ranks go on, or all throw. `step` must hold no collective. \collective
/// \return what `step` returned
/// \throws AgreedError as agree()
template <class Step>
auto agreed(Communicator& communicator, Step&& step) {
  std::exception_ptr error;
  if constexpr (std::is_void_v<std::invoke_result_t<Step>>) {
    try {
      step();
    } catch (...) {
      error = std::current_exception();
    }
    agree(communicator, error);
  } else {
    // Not a vector: that of bool would hand out a reference into itself.
    std::optional<std::invoke_result_t<Step>> result;
    try {
      result.emplace(step());
    } catch (...) {
      error = std::current_exception();
    }
    agree(communicator, error);
    return std::move(*result);
  }
}

/// The text that `root` passes, on all ranks. \collective
[[nodiscard]] std::string broadcast_text(Communicator& communicator, const std::string& text, int root = 0);

/// The texts of all ranks in rank order, on all ranks. \collective
[[nodiscard]] std::vector<std::string> gather_texts(Communicator& communicator, const std::string& text);

}  // namespace at2
