#include "report/timing_table.h"

#include <cmath>

#include "report/format.h"

namespace at2 {
namespace {

std::string megabytes(double bytes) {
  return std::isnan(bytes) ? std::string(kNoValue) : fixed(bytes / 1e6, 1) + " MB";
}

}  // namespace

Table timing_table(const TimingView& view) {
  Table table{{"Operation", "Time", "Quartiles", "Of a forward pass", "Peak memory"}, {}};
  for (const TimingRow& row : view.rows) {
    table.rows.push_back({row.operation, duration_text(row.seconds),
                          duration_text(row.low) + " to " + duration_text(row.high), compact(row.share_of_forward),
                          megabytes(row.peak_bytes)});
  }
  return table;
}

std::string timing_summary(const TimingView& view) {
  return "Time to attribute one response (median over " + std::to_string(view.examples) + " examples of " +
         std::to_string(view.mean_tokens) + " tokens on average; " + view.place +
         "; memory beyond the loaded model)\n\n" + terminal_table(timing_table(view));
}

}  // namespace at2
