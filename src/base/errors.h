/// \file base/errors.h
/// \brief The two families of errors.
///
/// 1. Messages for users, always on: "problem (why): what to do". `UserError` ends the run; `RecordError` concerns one
///    record of a data set, is counted and skipped, and ends the run only beyond `data.max_bad_fraction`.
/// 2. Contracts between our own functions: `AT2_EXPECT`. A broken one is a bug of ours.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace at2 {

/// A fault that the user can act on: a file, the config, weights, the run folder. Ends the run on all ranks.
class UserError : public std::runtime_error {
 public:
  /// what() is "problem (why): what_to_do". Name the file and line or record in `problem`.
  UserError(std::string_view problem, std::string_view why, std::string_view what_to_do);
};

/// A fault of a single record. `reason()` is a short class of faults ("empty context"), by which they are counted.
class RecordError : public std::runtime_error {
 public:
  /// \param reason  short, without details, equal for all records with the same fault
  /// \param detail  file, record number, what was found
  RecordError(std::string_view reason, std::string_view detail);
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  std::string reason_;
};

/// A broken contract between two of our functions.
class ContractViolation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void contract_violation(const char* condition, const char* file, int line, const std::string& message);

}  // namespace at2

/// Throws ContractViolation unless `condition` holds; `message` says what was expected.
#define AT2_EXPECT(condition, message)                                      \
  do {                                                                      \
    if (!(condition)) [[unlikely]]                                          \
      ::at2::contract_violation(#condition, __FILE__, __LINE__, (message)); \
  } while (false)
