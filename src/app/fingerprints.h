/// \file app/fingerprints.h
/// \brief What the artifacts of a run depend on: a digest each, made from the options and from those of the artifacts
/// before it, so that nothing stale is mixed in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/options.h"
#include "train/score_estimator.h"

namespace at2 {

/// \param model     fingerprint of the model
/// \param examples  fingerprint of the chosen examples
[[nodiscard]] std::string responses_fingerprint(const RunOptions& options, const std::string& model,
                                                const std::string& examples);
/// \param responses  fingerprint of those to the training set
[[nodiscard]] std::string ablations_fingerprint(const RunOptions& options, const std::string& responses);
[[nodiscard]] std::string estimator_fingerprint(const RunOptions& options, const std::string& ablations);
/// \param responses  fingerprint of those to the evaluation set
/// \param estimator  counts only if the method at2 is evaluated
/// \param general    weights_fingerprint() of the estimator of at2_general; counts only if that is evaluated
/// \param others     names and weights of evaluate.estimators
[[nodiscard]] std::string scores_fingerprint(const RunOptions& options, const std::string& responses,
                                             const std::string& estimator, const std::string& general,
                                             const std::vector<std::string>& others = {});
/// As scores_fingerprint(), for the methods of prune.
[[nodiscard]] std::string prune_fingerprint(const RunOptions& options, const std::string& responses,
                                            const std::string& estimator, const std::string& general);

/// Digest of the weights alone: where they lie, or were trained, changes no score.
[[nodiscard]] std::string weights_fingerprint(const ScoreEstimator& estimator);

/// Of the datasets in a shard of this kind (docs/store_format.md).
[[nodiscard]] std::int64_t schema_version_of(const std::string& kind);

}  // namespace at2
