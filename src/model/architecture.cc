#include "model/architecture.h"

#include <algorithm>
#include <array>

#include "base/errors.h"

namespace at2 {
namespace {

using Sliding = Architecture::Sliding;

// Released Gemma-3 folders rely on the defaults of their configuration class.
constexpr std::string_view gemma3_defaults = R"({
  "vocab_size": 262208, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "rms_norm_eps": 1e-6,
  "max_position_embeddings": 131072, "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0,
  "query_pre_attn_scalar": 256, "sliding_window": 4096, "sliding_window_pattern": 6, "tie_word_embeddings": true,
  "hidden_activation": "gelu_pytorch_tanh"})";

constexpr std::array table = {
    Architecture{.model_type = "llama", .gguf_name = "llama", .gguf_interleaved = true},
    Architecture{.model_type = "mistral", .sliding = Sliding::every_layer},
    Architecture{.model_type = "qwen2", .gguf_name = "qwen2", .qkv_bias = true, .sliding = Sliding::upper_layers},
    Architecture{.model_type = "qwen3", .gguf_name = "qwen3", .qk_norm = true, .sliding = Sliding::upper_layers},
    Architecture{.model_type = "phi3", .gguf_name = "phi3", .sliding = Sliding::every_layer, .fused_projections = true},
    Architecture{.model_type = "gemma3_text",
                 .gguf_name = "gemma3",
                 .qk_norm = true,
                 .post_norms = true,
                 .gelu = true,
                 .scaled_embeddings = true,
                 .sliding = Sliding::pattern,
                 .norms_less_one = true,
                 .defaults = gemma3_defaults},
};

std::string all_names(std::string_view Architecture::*name) {
  std::string text;
  for (const Architecture& row : table) {
    if (!(row.*name).empty()) text += (text.empty() ? "" : ", ") + std::string(row.*name);
  }
  return text;
}

const Architecture& find(std::string_view Architecture::*column, std::string_view name, const std::string& file,
                         const char* key) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.*column == name; });
  if (!name.empty() && found != table.end()) return *found;
  throw UserError(file + ": " + key + " \"" + std::string(name) + "\" is not supported",
                  "this version runs " + all_names(column), "use another model");
}

}  // namespace

const Architecture& architecture_of_model_type(std::string_view model_type, const std::string& file) {
  return find(&Architecture::model_type, model_type, file, "model_type");
}

const Architecture& architecture_of_gguf(std::string_view name, const std::string& file) {
  return find(&Architecture::gguf_name, name, file, "architecture");
}

}  // namespace at2
