/// \file report/metric.h
/// \brief The two metrics of the paper, so that tables, charts and files name and round them alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/results.h"

namespace at2 {

/// The top-k drop, or the linear datamodeling score where there is no k.
struct Metric {
  std::optional<std::int64_t> k;
};

/// The metric's value; nothing where it is undefined or was not measured.
[[nodiscard]] std::optional<Estimate> value_of(const MethodRow& row, Metric metric);

/// The method less AT2 on the same examples; nothing for AT2 itself.
[[nodiscard]] std::optional<Estimate> over_at2(const MethodRow& row, Metric metric);

/// "LDS", "Top-5 drop".
[[nodiscard]] std::string metric_title(Metric metric);

/// With its unit: "LDS (rank correlation)", "top-5 drop (nats)".
[[nodiscard]] std::string metric_axis(Metric metric);

/// As in files: "lds", "top_5_drop".
[[nodiscard]] std::string metric_key(Metric metric);

/// Decimals that a reader sees.
[[nodiscard]] int metric_decimals(Metric metric);

/// LDS, then the drops of these rows by k. \param sources  the rows of one kind only
[[nodiscard]] std::vector<Metric> metrics_of(const RunResults& results, const std::string& sources);

}  // namespace at2
