/// \file tests/train/random_features.h
/// \brief A small training set from random numbers.
#pragma once

#include "base/random.h"
#include "train/feature_source.h"

namespace at2 {

/// Uniform numbers in [-1, 1).
inline at::Tensor random_tensor(at::IntArrayRef shape, RandomStream& random) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  float* const values = tensor.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(2 * random.uniform() - 1);
  return tensor;
}

/// Examples with 0 to 3 targets, whose logit-probs follow feature 0 and, more weakly, feature 1.
inline void fill_random(FeatureTable& table, std::int64_t num_examples, std::int64_t num_ablations,
                        std::int64_t num_features) {
  RandomStream random(7, "features");
  for (std::int64_t example = 0; example < num_examples; ++example) {
    const at::Tensor features_GMF = random_tensor({example % 4, num_ablations, num_features}, random);
    const at::Tensor noise_GM = random_tensor({example % 4, num_ablations}, random);
    table.add(features_GMF, 3 * features_GMF.select(2, 0) + features_GMF.select(2, 1) + 0.1 * noise_GM - 5);
  }
}

}  // namespace at2
