/// \file report/lds_curve.h
/// \brief LDS against what an estimator was trained with.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "report/lds_table.h"
#include "report/line_chart.h"

namespace at2 {

/// What lies along the x axis: training examples, ablations of each, or heads that are not zero.
enum class Against { examples, ablations, heads };

/// What an estimator has of it.
[[nodiscard]] std::int64_t amount_of(const TrainedWith& trained, Against against);

/// "examples"
[[nodiscard]] std::string against_word(Against against);

/// A curve for all estimators that agree in everything but `against`, a dashed line for each method. What all curves
/// have in common is said once, below the title. \pre some estimator of the group has an LDS, all amounts are positive
[[nodiscard]] LineChart lds_curve(const LdsGroup& group, Against against);

}  // namespace at2
