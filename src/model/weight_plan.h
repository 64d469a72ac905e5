/// \file model/weight_plan.h
/// \brief Which stored tensors each weight of a decoder is made of.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "checkpoint/tensor_table.h"
#include "model/weights.h"

namespace at2 {

enum class CheckpointFormat { hugging_face, gguf };

/// A tensor of the checkpoint, with the shape that the config asks for.
struct StoredPart {
  std::string name;
  std::vector<std::int64_t> shape;
  /// Heads whose rows lie as pairs (j, j + K/2) and are to be put into halves; 0 = rows stay as they are.
  std::int64_t interleaved_heads = 0;
};

/// One weight: the parts stacked along the first dimension.
struct PlannedWeight {
  /// "layers.3.qkv": its name in a weight cache.
  std::string key;
  std::vector<StoredPart> parts;
  /// Added to every value.
  double offset = 0;
  enum class Precision { as_computed, float32 };
  Precision precision = Precision::as_computed;

  /// Of the stacked whole.
  [[nodiscard]] std::vector<std::int64_t> shape() const;
};

/// Makes the tensors of one weight: one per part, or a single one with all parts stacked.
using WeightFetch = std::function<std::vector<at::Tensor>(const PlannedWeight&)>;

/// Goes through all weights of a decoder in a fixed order.
/// \param tensors  tells which of the spellings in use a file has
[[nodiscard]] Weights build_weights(const ModelConfig& config, const TensorTable& tensors, CheckpointFormat format,
                                    const WeightFetch& fetch);

}  // namespace at2
