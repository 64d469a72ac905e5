/// \file model/golden.h
/// \brief A model against the numbers that another implementation computed for it (tools/make_golden.py).
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/language_model.h"

namespace at2 {

/// Largest differences that count as equal. They belong to the dtype of the model's arithmetic.
struct GoldenTolerance {
  /// Logits, log-probs and log-odds, in units of the golden logits' standard deviation where that is above 1.
  double logits;
  /// Attention weights.
  double probabilities;
  /// Gradients, as a share of the largest golden one.
  double gradients;
};
[[nodiscard]] GoldenTolerance golden_tolerance(at::ScalarType dtype);

/// One quantity, compared.
struct Comparison {
  /// "logits", "attention, layer 3", ...
  std::string what;
  /// Largest absolute difference; infinity for another shape, NaN where there are NaN.
  double difference = 0;
  double tolerance = 0;
  [[nodiscard]] bool equal() const { return difference <= tolerance; }
};

/// The arrays of a golden file. \throws UserError if the file is broken or an array has a type of no use
[[nodiscard]] std::map<std::string, at::Tensor> read_golden(const std::filesystem::path& path);

/// Compares all that the golden file has: logits, attention of every layer, log-probs and log-odds of a full and an
/// ablated run, the greedy continuation, gradients.
/// Greedy tokens must be equal up to the first whose lead over the second best is within the tolerance of two logits;
/// `difference` is then the number of other tokens that differ.
/// \throws UserError naming the file if it lacks input_ids, or they do not fit the model
[[nodiscard]] std::vector<Comparison> compare_with_golden(const LanguageModel& model,
                                                          const std::filesystem::path& golden,
                                                          const GoldenTolerance& tolerance);

}  // namespace at2
