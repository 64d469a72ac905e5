/// \file model/pack_memory.h
/// \brief How large a pack may be, and what it looks like when it was too large.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <exception>
#include <optional>

#include "model/model_config.h"

namespace at2 {

/// Bytes that one row of a pack needs at the most expensive place of a layer, where no gradient is wanted: an estimate
/// from the sizes of the tensors alive there. \param sequence_length  tokens of the longest sequence, which is how far
/// a row of the attention mask may reach
[[nodiscard]] std::int64_t bytes_per_row(const ModelConfig& config, at::ScalarType dtype, std::int64_t sequence_length);

/// Rows of a pack that fit into `free_bytes` besides the head's logits, with a fifth kept in reserve for what the
/// allocator cannot use; at least 1.
[[nodiscard]] std::int64_t rows_that_fit(const ModelConfig& config, at::ScalarType dtype, std::int64_t sequence_length,
                                         std::int64_t free_bytes);

/// Bytes that can be allocated on a GPU now: what the driver has and what LibTorch holds without using it. Nothing for
/// a CPU, where the system gives out more memory than there is.
[[nodiscard]] std::optional<std::int64_t> free_memory(const at::Device& device);

/// Whether `error` is how LibTorch or the standard library say that memory ran out, on a GPU or a CPU.
[[nodiscard]] bool is_out_of_memory(const std::exception& error);

}  // namespace at2
