/// \file app/estimator_lds.h
/// \brief LDS of estimators on a finished evaluation, from the features that it has stored.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "app/lds_estimators.h"
#include "app/measured_scores.h"

namespace at2 {

/// What is measured and shown.
struct LdsSelection {
  /// Empty: all that were evaluated.
  std::vector<SourceKind> sources;
  /// Stored methods that are shown beside the estimators, as in evaluate.methods, or "esm_32"; empty: none.
  std::vector<std::string> methods;
};

/// The part of stored features that an estimator weighs, in its order.
/// \param features_GSF  F = L H for each of `stored` in turn
/// \param failure       beginning of the messages
/// \throws UserError if some of its features were not stored, or it has other layers and heads
[[nodiscard]] at::Tensor features_for(const ScoreEstimator& estimator, const at::Tensor& features_GSF,
                                      std::span<const Feature> stored, const std::string& failure);

/// For each kind of sources a method for each estimator, in their order, then the stored methods: all on the same
/// examples in the same order, with the LDS of every target and nothing else.
/// \throws UserError if `at2 evaluate` has not come to its end there, has not stored what is needed, or no example was
///         usable
[[nodiscard]] std::vector<MeasuredKind> lds_of_estimators(const std::filesystem::path& run_folder,
                                                          std::span<const LdsEstimator> estimators,
                                                          const LdsSelection& selection);

}  // namespace at2
