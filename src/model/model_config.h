/// \file model/model_config.h
/// \brief The numbers that define a decoder, read from config.json or from GGUF metadata.
///
/// Shape letters in this room (row-major, last index fastest): R rows (tokens of a pack), W wanted rows, D model width,
/// H query heads, N key/value heads, K head width, I width of the feed-forward layer, V vocabulary, L layers, U target
/// tokens.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/gguf.h"

namespace at2 {

/// Rotary position embedding: frequency j turns by position / (theta^(2j/K)), after scaling.
struct RopeOptions {
  enum class Scaling {
    none,
    /// All frequencies divided by `factor`.
    linear,
    /// Llama-3.1: frequencies slower than the original context allows are divided by `factor`.
    llama3,
    /// Phi: one divisor per frequency, others for sequences longer than the original context.
    longrope
  };
  double theta = 10000.0;
  Scaling scaling = Scaling::none;
  double factor = 1.0;
  double low_frequency_factor = 1.0;
  double high_frequency_factor = 4.0;
  std::int64_t original_max_positions = 0;
  /// One divisor per frequency; empty = none. With longrope: while a sequence has at most original_max_positions
  /// tokens. GGUF files give Llama-3.1's scaling in this form, too ("rope_freqs.weight").
  std::vector<float> divisors = {};
  /// With longrope: for longer sequences.
  std::vector<float> long_divisors = {};
  /// Multiplies cosine and sine.
  double attention_factor = 1.0;
};

enum class Activation { silu, gelu_tanh };
/// What a layer's queries see: everything before them, or the last `sliding_window` positions, their own counted.
enum class AttentionReach { full, sliding };

struct ModelConfig {
  /// As in config.json, also for GGUF files; of a multimodal config, that of its text model.
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

  /// Queries, keys and values have biases.
  bool qkv_bias = false;
  /// Every query and key head is normed before it is rotated.
  bool qk_norm = false;
  /// What attention and feed-forward layer add is normed as well.
  bool post_norms = false;
  Activation activation = Activation::silu;
  double embedding_scale = 1.0;
  /// Multiplies query-key products.
  double score_scale = 1.0;

  /// Leading dimensions of a head that rotate.
  std::int64_t rotary_width = 0;
  RopeOptions rope;
  /// Of sliding layers, where it is another than `rope`.
  std::optional<RopeOptions> sliding_rope;
  /// Positions; meaningful where a layer slides.
  std::int64_t sliding_window = 0;
  /// One per layer.
  std::vector<AttentionReach> reach;

  /// Tokens that end a generation.
  std::vector<std::int64_t> end_tokens;
  /// Keys of config.json that this program does not know.
  std::vector<std::string> unknown_keys;

  /// F = L * H, the number of attention features.
  [[nodiscard]] std::int64_t num_features() const noexcept { return num_layers * num_heads; }
  /// Positions that a layer's queries see, their own counted; 0 = all.
  [[nodiscard]] std::int64_t window_of(std::int64_t layer) const {
    return reach.at(static_cast<std::size_t>(layer)) == AttentionReach::sliding ? sliding_window : 0;
  }
};

/// Reads config.json and, where there is one, generation_config.json of a Hugging Face folder.
/// \throws UserError naming the file and key if a key is missing, has the wrong type or an impossible value, or asks
/// for
///         mathematics that is not supported (another model_type, RoPE type, activation, ...).
[[nodiscard]] ModelConfig read_model_config(const std::filesystem::path& folder);

/// Reads the metadata of a GGUF file.
/// \throws UserError as above.
[[nodiscard]] ModelConfig read_model_config(const GgufFile& file);

/// Whether numbers and lists of a config fit together.
/// \throws UserError naming `file` otherwise.
void check(const ModelConfig& config, const std::string& file);

}  // namespace at2
