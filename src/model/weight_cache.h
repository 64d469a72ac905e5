/// \file model/weight_cache.h
/// \brief De-quantised weights in a file that all processes of a machine map, so that there is one copy of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/options.h"
#include "model/weights.h"

namespace at2 {

/// The cache file that belongs to a model in `place`: named after the model's fingerprint and the dtype, in the folder
/// of options.weight_cache. Nothing where none is wanted or needed: on a GPU, with `none`, without a home folder, and
/// for safetensors that are stored in the dtype of `place`, which are mapped themselves.
[[nodiscard]] std::optional<std::filesystem::path> weight_cache_path(const ModelOptions& options,
                                                                     const std::filesystem::path& model,
                                                                     const std::string& model_fingerprint,
                                                                     const ComputePlace& place);

/// Bytes of the model's matrices in this dtype: the size of the cache file, and what they take in memory.
[[nodiscard]] std::int64_t weight_bytes(const ModelConfig& config, at::ScalarType dtype);

/// Writes the cache file unless it is there. One process of a machine calls it.
/// \return why there is no cache file (its folder cannot be written, too little room); empty if there is one
/// \throws UserError as load_weights, for faults of the model
[[nodiscard]] std::string make_weight_cache(const std::filesystem::path& cache, const std::filesystem::path& model,
                                            const ModelConfig& config, at::ScalarType dtype);

}  // namespace at2
