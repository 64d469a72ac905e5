/// \file checkpoint/read_everything.h
/// \brief Reads all that a checkpoint file of doubtful content holds: the common part of the tests with damaged files
/// and of the fuzzers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/errors.h"
#include "checkpoint/dequantize.h"
#include "checkpoint/gguf.h"
#include "checkpoint/safetensors.h"

namespace at2::testing {

/// What was read.
struct Amount {
  std::uint64_t metadata_values = 0;
  std::uint64_t weights = 0;
};

/// Decodes every tensor, at once and by its last row. Both are bounded by the file's size.
inline std::uint64_t read_tensors(const TensorTable& tensors) {
  std::uint64_t weights = 0;
  for (const TensorEntry& entry : tensors) {
    AT2_EXPECT(tensors.find(entry.name) == &entry, "a tensor is found by its name");
    if (!can_dequantize(entry.type)) continue;
    std::vector<float> values(static_cast<std::size_t>(entry.num_elements()));
    dequantize(entry, values);
    (void)first_non_finite(values);
    weights += values.size();
    const std::int64_t rows = entry.shape.empty() ? 1 : entry.shape.front();
    if (rows == 0) continue;
    std::vector<float> row(values.size() / static_cast<std::size_t>(rows));
    dequantize_rows(entry, rows - 1, rows, row);
  }
  return weights;
}

/// Number of elements of a value, decoded in the form that they have; throws UserError where that is an integer beyond
/// 63 bits.
inline std::uint64_t read_value(const GgufFile& file, const std::string& key, const GgufValue& value) {
  const bool array = value.type == GgufType::array;
  switch (value.element) {
    case GgufType::text:
      return array ? file.require_texts(key).size() : std::uint64_t{file.text(key).has_value()};
    case GgufType::boolean:
      // Nothing reads arrays of booleans.
      return array ? 0 : std::uint64_t{file.flag(key).has_value()};
    case GgufType::f32:
    case GgufType::f64:
      return array ? file.require_reals(key).size() : std::uint64_t{file.real(key).has_value()};
    default:
      return array ? file.require_integers(key).size() : std::uint64_t{file.integer(key).has_value()};
  }
}

/// A whole GGUF file.
/// \throws UserError if it is refused; one value that cannot be decoded does not keep the others from being read.
inline Amount read_gguf(std::span<const std::byte> bytes, const std::string& name) {
  const GgufFile file(bytes, name);
  Amount amount;
  for (const auto& [key, value] : file.metadata()) {
    try {
      amount.metadata_values += read_value(file, key, value);
    } catch (const UserError& error) {
      AT2_EXPECT(std::string(error.what()).find(key) != std::string::npos, "the message names the key");
    }
  }
  amount.weights = read_tensors(file.tensors());
  return amount;
}

/// A whole .safetensors file.
/// \throws UserError if it is refused.
inline Amount read_safetensors(std::span<const std::byte> bytes, const std::string& name) {
  return {0, read_tensors(parse_safetensors(bytes, name))};
}

/// The text of an index of shards.
/// \throws UserError if it is refused.
inline Amount read_index(std::span<const std::byte> bytes, const std::string& name) {
  return {parse_weight_map({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name).size(), 0};
}

/// A file of the format that the end of its name says.
/// \throws UserError if it is refused.
inline Amount read_everything(std::span<const std::byte> bytes, const std::string& name) {
  if (name.ends_with(".gguf")) return read_gguf(bytes, name);
  return name.ends_with(".json") ? read_index(bytes, name) : read_safetensors(bytes, name);
}

}  // namespace at2::testing
