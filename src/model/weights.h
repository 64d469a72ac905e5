/// \file model/weights.h
/// \brief The weights of a decoder, ready for the forward pass.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <string>
#include <vector>

#include "checkpoint/gguf.h"
#include "model/device.h"
#include "model/model_config.h"

namespace at2 {

/// One decoder layer. Projections that read the same input are stacked, so that each is one matrix product.
struct LayerWeights {
  at::Tensor attention_norm;  ///< [D]
  at::Tensor qkv;             ///< [(H + 2 N) K, D]: queries, keys, values
  at::Tensor output;          ///< [D, H K]
  at::Tensor mlp_norm;        ///< [D]
  at::Tensor gate_up;         ///< [2 I, D]
  at::Tensor down;            ///< [D, I]
};

struct Weights {
  at::Tensor embedding;  ///< [V, D]
  std::vector<LayerWeights> layers;
  at::Tensor final_norm;  ///< [D]
  at::Tensor head;        ///< [V, D]; the embedding itself where the head is tied
};

/// Reads all weights into memory in `place`, de-quantised.
/// \throws UserError naming file and tensor if one is missing, has the wrong shape, or holds NaN or infinity.
[[nodiscard]] Weights load_weights(const GgufFile& file, const ModelConfig& config, const ComputePlace& place);
/// The same from the safetensors of a Hugging Face folder.
[[nodiscard]] Weights load_weights(const std::filesystem::path& folder, const ModelConfig& config,
                                   const ComputePlace& place);

}  // namespace at2
