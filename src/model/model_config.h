/// \file model/model_config.h
/// \brief The numbers that define a decoder, read from config.json or from GGUF metadata.
///
/// Shape letters in this room (row-major, last index fastest): R rows (tokens of a pack), W wanted rows, D model width,
/// H query heads, N key/value heads, K head width, I width of the feed-forward layer, V vocabulary, L layers, U target
/// tokens.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "checkpoint/gguf.h"

namespace at2 {

/// Rotary position embedding: frequency j turns by position / (theta^(2j/K)), after scaling.
struct RopeOptions {
  enum class Scaling { none, llama3 };
  double theta = 10000.0;
  Scaling scaling = Scaling::none;
  /// Llama-3.1: frequencies slower than the original context allows are divided by `factor`.
  double factor = 1.0;
  double low_frequency_factor = 1.0;
  double high_frequency_factor = 4.0;
  std::int64_t original_max_positions = 0;
  /// GGUF files give the scaling as one divisor per frequency instead ("rope_freqs.weight"); empty = none.
  std::vector<float> divisors;
};

struct ModelConfig {
  std::string model_type;
  std::int64_t num_layers = 0;
  std::int64_t num_heads = 0;
  std::int64_t num_kv_heads = 0;
  std::int64_t head_width = 0;
  std::int64_t model_width = 0;
  std::int64_t feed_forward_width = 0;
  std::int64_t vocabulary_size = 0;
  std::int64_t max_positions = 0;
  double norm_epsilon = 1e-5;
  bool tied_head = false;
  RopeOptions rope;
  /// Tokens that end a generation.
  std::vector<std::int64_t> end_tokens;

  /// F = L * H, the number of attention features.
  [[nodiscard]] std::int64_t num_features() const noexcept { return num_layers * num_heads; }
};

/// Reads config.json and, where there is one, generation_config.json of a Hugging Face folder.
/// \throws UserError naming the file and key if a key is missing, has the wrong type, or asks for mathematics that
///         is not supported (another model_type, RoPE type, activation, or biases).
[[nodiscard]] ModelConfig read_model_config(const std::filesystem::path& folder);

/// Reads the metadata of a GGUF file.
/// \throws UserError as above.
[[nodiscard]] ModelConfig read_model_config(const GgufFile& file);

}  // namespace at2
