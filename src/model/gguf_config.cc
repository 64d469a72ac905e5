#include <algorithm>
#include <array>
#include <cmath>

#include "base/errors.h"
#include "checkpoint/dequantize.h"
#include "model/architecture.h"
#include "model/model_config.h"

namespace at2 {
namespace {

using Scaling = RopeOptions::Scaling;

/// Metadata keys of an architecture start with its name.
class ArchitectureKeys {
 public:
  ArchitectureKeys(const GgufFile& file, std::string prefix) : file_(&file), prefix_(std::move(prefix)) {}

  [[nodiscard]] std::int64_t require_integer(const char* key) const { return file_->require_integer(prefix_ + key); }
  [[nodiscard]] double require_real(const char* key) const { return file_->require_real(prefix_ + key); }
  [[nodiscard]] std::optional<std::int64_t> integer(const char* key) const { return file_->integer(prefix_ + key); }
  [[nodiscard]] std::optional<double> real(const char* key) const { return file_->real(prefix_ + key); }
  [[nodiscard]] std::optional<std::string> text(const char* key) const { return file_->text(prefix_ + key); }

 private:
  const GgufFile* file_;
  std::string prefix_;
};

std::vector<float> divisors(const GgufFile& file, const char* tensor) {
  const TensorEntry* entry = file.tensors().find(tensor);
  if (entry == nullptr) return {};
  std::vector<float> values(static_cast<std::size_t>(entry->num_elements()));
  dequantize(*entry, values);
  return values;
}

void read_rope(const GgufFile& file, const ArchitectureKeys& keys, const Architecture& architecture,
               ModelConfig& config) {
  config.rotary_width = keys.integer("rope.dimension_count").value_or(config.head_width);
  RopeOptions& rope = config.rope;
  rope.theta = keys.real("rope.freq_base").value_or(10000.0);
  rope.divisors = divisors(file, "rope_freqs.weight");
  const std::vector<float> longer = divisors(file, "rope_factors_long.weight");
  const std::string type = keys.text("rope.scaling.type").value_or("none");
  if (!longer.empty()) {
    rope.scaling = Scaling::longrope;
    rope.long_divisors = longer;
    rope.divisors = divisors(file, "rope_factors_short.weight");
    rope.original_max_positions = keys.require_integer("rope.scaling.original_context_length");
    const double extension =
        static_cast<double>(config.max_positions) / static_cast<double>(rope.original_max_positions);
    const double usual =
        extension <= 1.0
            ? 1.0
            : std::sqrt(1.0 + std::log(extension) / std::log(static_cast<double>(rope.original_max_positions)));
    rope.attention_factor = keys.real("rope.scaling.attn_factor").value_or(usual);
  } else if (type == "linear") {
    rope.scaling = Scaling::linear;
    rope.factor = keys.require_real("rope.scaling.factor");
  } else if (type != "none") {
    throw UserError(file.path().string() + ": RoPE scaling \"" + type + "\" is not supported",
                    "known: none, linear, longrope by factors", "use another model");
  }
  if (architecture.sliding == Architecture::Sliding::pattern) {
    config.sliding_rope = RopeOptions{.theta = keys.real("rope.freq_base_swa").value_or(10000.0)};
  }
}

void read_reach(const ArchitectureKeys& keys, const Architecture& architecture, ModelConfig& config) {
  config.sliding_window = keys.integer("attention.sliding_window").value_or(0);
  const bool by_pattern = architecture.sliding == Architecture::Sliding::pattern;
  // Files of Gemma-3 leave the pattern out: it is 6 in all of its sizes.
  const std::int64_t period = keys.integer("attention.sliding_window_pattern").value_or(6);
  for (std::int64_t layer = 0; layer < config.num_layers; ++layer) {
    const bool slides = config.sliding_window > 0 && !(by_pattern && (layer + 1) % period == 0);
    config.reach.push_back(slides ? AttentionReach::sliding : AttentionReach::full);
  }
}

/// The end-of-sequence token, and the tokens that end a turn in the supported families' chat formats.
std::vector<std::int64_t> end_tokens(const GgufFile& file) {
  std::vector<std::int64_t> ends;
  const auto add = [&](std::int64_t token) {
    if (std::find(ends.begin(), ends.end(), token) == ends.end()) ends.push_back(token);
  };
  for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"}) {
    if (const auto token = file.integer(key)) add(*token);
  }
  const auto spellings = file.texts("tokenizer.ggml.tokens").value_or(std::vector<std::string>{});
  for (const char* end : {"<|im_end|>", "<|eot_id|>", "<|end|>", "<end_of_turn>"}) {
    const auto found = std::find(spellings.begin(), spellings.end(), end);
    if (found != spellings.end()) add(found - spellings.begin());
  }
  return ends;
}

}  // namespace

ModelConfig read_model_config(const GgufFile& file) {
  const std::string name = file.path().string();
  const Architecture& architecture = architecture_of_gguf(file.require_text("general.architecture"), name);
  const ArchitectureKeys keys(file, std::string(architecture.gguf_name) + ".");
  ModelConfig config;
  config.model_type = architecture.model_type;
  config.qkv_bias = architecture.qkv_bias;
  config.qk_norm = architecture.qk_norm;
  config.post_norms = architecture.post_norms;
  config.activation = architecture.gelu ? Activation::gelu_tanh : Activation::silu;
  config.num_layers = keys.require_integer("block_count");
  config.num_heads = keys.require_integer("attention.head_count");
  config.num_kv_heads = keys.integer("attention.head_count_kv").value_or(config.num_heads);
  config.model_width = keys.require_integer("embedding_length");
  config.head_width =
      keys.integer("attention.key_length").value_or(config.num_heads > 0 ? config.model_width / config.num_heads : 0);
  config.feed_forward_width = keys.require_integer("feed_forward_length");
  config.max_positions = keys.require_integer("context_length");
  config.norm_epsilon = keys.require_real("attention.layer_norm_rms_epsilon");
  config.vocabulary_size = file.tensors().at("token_embd.weight").shape.at(0);
  config.tied_head = file.tensors().find("output.weight") == nullptr;
  double scale_base = static_cast<double>(config.head_width);
  // Gemma-3 27B alone scales by its model width per head; its files do not say so.
  if (architecture.scaled_embeddings) {
    config.embedding_scale = std::sqrt(static_cast<double>(config.model_width));
    if (config.num_layers == 62 && config.num_heads > 0) {
      scale_base = static_cast<double>(config.model_width / config.num_heads);
    }
  }
  config.score_scale = 1.0 / std::sqrt(scale_base);
  read_rope(file, keys, architecture, config);
  read_reach(keys, architecture, config);
  config.end_tokens = end_tokens(file);
  check(config, name);
  return config;
}

}  // namespace at2
