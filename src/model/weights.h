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

/// Matrices that read the same input; their outputs lie side by side. One where they are stored stacked.
struct Projection {
  std::vector<at::Tensor> parts;  ///< [out, in] each
  at::Tensor bias;                ///< [sum of out], or undefined
};

/// One decoder layer. Norm weights are float32 whatever the dtype of the model; tensors that an architecture does not
/// have are undefined.
struct LayerWeights {
  at::Tensor attention_norm;       ///< [D]
  Projection qkv;                  ///< (H + 2 N) K x D: queries, keys, values
  at::Tensor query_norm;           ///< [K]
  at::Tensor key_norm;             ///< [K]
  Projection output;               ///< D x H K
  at::Tensor post_attention_norm;  ///< [D]
  at::Tensor mlp_norm;             ///< [D]
  Projection gate_up;              ///< 2 I x D
  Projection down;                 ///< D x I
  at::Tensor post_mlp_norm;        ///< [D]
};

struct Weights {
  at::Tensor embedding;  ///< [V, D]
  std::vector<LayerWeights> layers;
  at::Tensor final_norm;  ///< [D]
  at::Tensor head;        ///< [V, D]; the embedding itself where the head is tied
};

/// Whether values are looked through for NaN and infinity where that costs a reading of the whole file.
enum class FiniteCheck { yes, no };

/// Reads all weights of a GGUF file into memory in `place`, de-quantised.
/// \throws UserError naming file and tensor if one is missing, has the wrong shape, or holds NaN or infinity.
[[nodiscard]] Weights load_weights(const GgufFile& file, const ModelConfig& config, const ComputePlace& place);

/// The same from the safetensors of a Hugging Face folder. On a CPU, matrices that are stored in the dtype of `place`
/// are views of the mapped file, which all processes of a machine share.
[[nodiscard]] Weights load_weights(const std::filesystem::path& folder, const ModelConfig& config,
                                   const ComputePlace& place, FiniteCheck check = FiniteCheck::yes);

/// \name A file of weights as the forward pass wants them, for processes of a machine to share
/// \{
/// Writes it whole or not at all: under a temporary name, then renamed. \throws UserError as load_weights, or if it
/// cannot be written
void write_weight_cache(const std::filesystem::path& cache, const std::filesystem::path& model,
                        const ModelConfig& config, at::ScalarType dtype);
/// Views of the mapped cache. \throws UserError naming the file if it is broken
[[nodiscard]] Weights map_weight_cache(const std::filesystem::path& cache, const ModelConfig& config);
/// \}

}  // namespace at2
