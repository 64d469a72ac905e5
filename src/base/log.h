/// \file base/log.h
/// \brief Messages and progress for the person at the terminal.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "base/timer.h"

namespace at2 {

/// Where a rank writes. Rank 0 speaks; other ranks only warn, with their number in front.
class Log {
 public:
  /// \param stream    usually std::cerr
  /// \param terminal  whether progress lines may overwrite themselves
  enum class Style { terminal, plain };
  Log(std::ostream& stream, int rank, Style style) : stream_(&stream), rank_(rank), style_(style) {}

  /// A line for the user, from rank 0 only.
  void say(std::string_view text) const;
  /// A line from any rank, starting with "warning: ".
  void warn(std::string_view text) const;

  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] Style style() const noexcept { return style_; }
  [[nodiscard]] std::ostream& stream() const noexcept { return *stream_; }

 private:
  std::ostream* stream_;
  int rank_;
  Style style_;
};

/// "stage 12/40 3.1/s 0:09 left": on a terminal one line that is rewritten, else a line every few seconds.
class Progress {
 public:
  /// \param total  units of work in all; \param done  those found finished already (they do not count in the rate)
  Progress(const Log& log, std::string stage, std::string unit, std::int64_t total, std::int64_t done = 0);
  /// Sets the number of units done; prints when it is time to.
  void update(std::int64_t done);
  /// Prints the last line. Called once, at the end of the stage.
  void finish();

 private:
  void print(bool last);

  const Log* log_;
  std::string stage_;
  std::string unit_;
  std::int64_t total_;
  std::int64_t first_;
  std::int64_t done_;
  Timer timer_;
  double printed_at_ = -1e9;
};

}  // namespace at2
