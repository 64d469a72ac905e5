/// \file checkpoint/dequantize.h
/// \brief Stored tensors as float32: widening of half types and decoding of GGUF's block formats.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "checkpoint/tensor_table.h"

namespace at2 {

/// Whether `dequantize` knows the type: f32, f16, bf16, q4_0, q4_1, q5_0, q5_1, q8_0, q4_k, q5_k, q6_k.
[[nodiscard]] bool can_dequantize(TensorType type) noexcept;

/// All elements, row-major, as float32. Equal bits on every machine.
/// \pre out.size() is the number of elements
/// \throws UserError naming file, tensor and type if the type is not one of the above.
void dequantize(const TensorEntry& entry, std::span<float> out);

/// Rows [begin_row, end_row) only; a row is one index of the first dimension (a scalar has one row). Ranges may be
/// decoded in parallel, and need not begin at a block. \pre 0 <= begin_row <= end_row <= rows; out.size() is (end_row -
/// begin_row) x elements of a row \throws UserError as above.
void dequantize_rows(const TensorEntry& entry, std::int64_t begin_row, std::int64_t end_row, std::span<float> out);

/// Index of the first value that is NaN or infinite, if there is one.
[[nodiscard]] std::optional<std::int64_t> first_non_finite(std::span<const float> values) noexcept;

/// Checks values that `dequantize_rows` decoded from row `begin_row` on.
/// \throws UserError naming file, tensor, row and column of the first one that is NaN or infinite.
void require_finite(const TensorEntry& entry, std::int64_t begin_row, std::span<const float> values);

}  // namespace at2
