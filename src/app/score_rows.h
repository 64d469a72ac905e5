/// \file app/score_rows.h
/// \brief From measured values to rows of the table.
#pragma once

#include <cstdint>
#include <vector>

#include "app/measured_scores.h"

namespace at2 {

/// How means over examples are resampled.
struct Resampling {
  std::int64_t samples = 1000;
  double confidence = kConfidence;
  std::uint64_t seed = 1;
};

/// A row for every method, with its paired differences to AT2, or to AT2 (general) where AT2 is not among them.
[[nodiscard]] std::vector<MethodRow> score_rows(const MeasuredKind& kind, const Resampling& resampling);

/// A row for every method, with its paired differences to another one of the kind. \param baseline  nullptr: to none
[[nodiscard]] std::vector<MethodRow> rows_over(const MeasuredKind& kind, const MeasuredMethod* baseline,
                                               const Resampling& resampling);

}  // namespace at2
