#include "base/log.h"

#include <array>
#include <cstdio>
#include <ostream>

namespace at2 {
namespace {

std::string minutes_seconds(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
  return text.data();
}

}  // namespace

void Log::say(std::string_view text) const {
  if (rank_ != 0) return;
  *stream_ << text << std::endl;
}

void Log::warn(std::string_view text) const {
  // One write, so that lines of several ranks do not mix.
  std::string line = rank_ == 0 ? "warning: " : "rank " + std::to_string(rank_) + ": warning: ";
  line.append(text).append("\n");
  *stream_ << line << std::flush;
}

Progress::Progress(const Log& log, std::string stage, std::string unit, std::int64_t total, std::int64_t done)
    : log_(&log), stage_(std::move(stage)), unit_(std::move(unit)), total_(total), first_(done), done_(done) {}

void Progress::update(std::int64_t done) {
  done_ = done;
  const double interval = log_->style() == Log::Style::terminal ? 0.2 : 10.0;
  const double now = timer_.seconds();
  if (now - printed_at_ < interval) return;
  printed_at_ = now;
  print(false);
}

void Progress::finish() { print(true); }

void Progress::print(bool last) {
  if (log_->rank() != 0) return;
  const double seconds = timer_.seconds();
  const double rate = seconds > 0 ? static_cast<double>(done_ - first_) / seconds : 0;
  std::array<char, 160> text{};
  if (last) {
    std::snprintf(text.data(), text.size(), "%-9s %lld/%lld %s in %s (%.2f/s)", stage_.c_str(),
                  static_cast<long long>(done_), static_cast<long long>(total_), unit_.c_str(),
                  minutes_seconds(seconds).c_str(), rate);
  } else if (rate > 0) {
    std::snprintf(text.data(), text.size(), "%-9s %lld/%lld %s, %.2f/s, %s left", stage_.c_str(),
                  static_cast<long long>(done_), static_cast<long long>(total_), unit_.c_str(), rate,
                  minutes_seconds(static_cast<double>(total_ - done_) / rate).c_str());
  } else {
    std::snprintf(text.data(), text.size(), "%-9s %lld/%lld %s", stage_.c_str(), static_cast<long long>(done_),
                  static_cast<long long>(total_), unit_.c_str());
  }
  if (log_->style() == Log::Style::terminal) {
    log_->stream() << "\r\033[K" << text.data() << (last ? "\n" : "") << std::flush;
  } else {
    log_->stream() << text.data() << std::endl;
  }
}

}  // namespace at2
