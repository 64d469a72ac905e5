#include "model/weight_plan.h"

#include <array>

#include "model/architecture.h"

namespace at2 {
namespace {

/// What a file calls the tensors; those of a layer have a prefix with the number of the layer.
struct TensorNames {
  std::string embedding;
  std::string final_norm;
  std::string head;
  std::string layer_prefix;
  std::string attention_norm;
  std::vector<std::string> qkv;
  std::string query_norm;
  std::string key_norm;
  std::string output;
  std::string post_attention_norm;
  std::string mlp_norm;
  std::vector<std::string> gate_up;
  std::string down;
  std::string post_mlp_norm;
};

/// The text model lies under another prefix inside a multimodal one, which differs between versions of its files.
TensorNames hugging_face_names(const Architecture& architecture, const TensorTable& tensors) {
  std::string prefix = "model.";
  std::string head = "lm_head.";
  for (const char* other : {"language_model.model.", "model.language_model."}) {
    if (tensors.find(std::string(other) + "embed_tokens.weight") != nullptr) prefix = other;
  }
  if (prefix == "language_model.model.") head = "language_model.lm_head.";
  TensorNames names;
  names.embedding = prefix + "embed_tokens";
  names.final_norm = prefix + "norm";
  names.head = head.substr(0, head.size() - 1);
  names.layer_prefix = prefix + "layers.";
  names.attention_norm = "input_layernorm";
  names.qkv = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"};
  names.query_norm = "self_attn.q_norm";
  names.key_norm = "self_attn.k_norm";
  names.output = "self_attn.o_proj";
  names.mlp_norm = "post_attention_layernorm";
  names.gate_up = {"mlp.gate_proj", "mlp.up_proj"};
  names.down = "mlp.down_proj";
  if (architecture.fused_projections) {
    names.qkv = {"self_attn.qkv_proj"};
    names.gate_up = {"mlp.gate_up_proj"};
  }
  if (architecture.post_norms) {
    names.post_attention_norm = "post_attention_layernorm";
    names.mlp_norm = "pre_feedforward_layernorm";
    names.post_mlp_norm = "post_feedforward_layernorm";
  }
  return names;
}

TensorNames gguf_names(const Architecture& architecture) {
  TensorNames names;
  names.embedding = "token_embd";
  names.final_norm = "output_norm";
  names.head = "output";
  names.layer_prefix = "blk.";
  names.attention_norm = "attn_norm";
  names.qkv = {"attn_q", "attn_k", "attn_v"};
  names.query_norm = "attn_q_norm";
  names.key_norm = "attn_k_norm";
  names.output = "attn_output";
  names.post_attention_norm = "post_attention_norm";
  names.mlp_norm = "ffn_norm";
  names.gate_up = {"ffn_gate", "ffn_up"};
  names.down = "ffn_down";
  names.post_mlp_norm = "post_ffw_norm";
  if (architecture.fused_projections) {
    names.qkv = {"attn_qkv"};
    names.gate_up = {"ffn_up"};
  }
  return names;
}

/// Builds the plan of one checkpoint and fetches along the way.
class WeightBuilder {
 public:
  WeightBuilder(const ModelConfig& config, const TensorTable& tensors, CheckpointFormat format,
                const WeightFetch& fetch)
      : config_(config),
        architecture_(architecture_of_model_type(config.model_type, "the model")),
        names_(format == CheckpointFormat::gguf ? gguf_names(architecture_)
                                                : hugging_face_names(architecture_, tensors)),
        norm_offset_(architecture_.norms_less_one && format == CheckpointFormat::hugging_face ? 1.0 : 0.0),
        is_interleaved_(architecture_.gguf_interleaved && format == CheckpointFormat::gguf),
        fetch_(fetch) {}

  [[nodiscard]] Weights build() const {
    Weights weights;
    const std::vector<std::int64_t> table_shape = {config_.vocabulary_size, config_.model_width};
    weights.embedding = fetch_({"embedding", {{names_.embedding + ".weight", table_shape}}}).front();
    weights.final_norm = norm("final_norm", names_.final_norm, config_.model_width);
    weights.head =
        config_.tied_head ? weights.embedding : fetch_({"head", {{names_.head + ".weight", table_shape}}}).front();
    for (std::int64_t l = 0; l < config_.num_layers; ++l) weights.layers.push_back(layer(std::to_string(l) + "."));
    return weights;
  }

 private:
  [[nodiscard]] LayerWeights layer(const std::string& number) const {
    const std::string key = "layers." + number;
    const std::string prefix = names_.layer_prefix + number;
    const std::int64_t model = config_.model_width;
    LayerWeights layer;
    layer.attention_norm = norm(key + "attention_norm", prefix + names_.attention_norm, model);
    layer.qkv = qkv(key, prefix);
    layer.output.parts = fetch_(
        {key + "output", {{prefix + names_.output + ".weight", {model, config_.num_heads * config_.head_width}}}});
    layer.mlp_norm = norm(key + "mlp_norm", prefix + names_.mlp_norm, model);
    layer.gate_up.parts = fetch_({key + "gate_up", gate_up_parts(prefix)});
    layer.down.parts =
        fetch_({key + "down", {{prefix + names_.down + ".weight", {model, config_.feed_forward_width}}}});
    if (config_.qk_norm) {
      layer.query_norm = norm(key + "query_norm", prefix + names_.query_norm, config_.head_width);
      layer.key_norm = norm(key + "key_norm", prefix + names_.key_norm, config_.head_width);
    }
    if (config_.post_norms) {
      layer.post_attention_norm = norm(key + "post_attention_norm", prefix + names_.post_attention_norm, model);
      layer.post_mlp_norm = norm(key + "post_mlp_norm", prefix + names_.post_mlp_norm, model);
    }
    return layer;
  }

  [[nodiscard]] at::Tensor norm(const std::string& key, const std::string& name, std::int64_t width) const {
    return fetch_({key, {{name + ".weight", {width}}}, norm_offset_, PlannedWeight::Precision::float32}).front();
  }

  [[nodiscard]] Projection qkv(const std::string& key, const std::string& prefix) const {
    const std::array<std::int64_t, 3> heads = {config_.num_heads, config_.num_kv_heads, config_.num_kv_heads};
    std::vector<StoredPart> matrices;
    std::vector<StoredPart> biases;
    if (architecture_.fused_projections) {
      const std::int64_t rows = (config_.num_heads + 2 * config_.num_kv_heads) * config_.head_width;
      matrices.push_back({prefix + names_.qkv.front() + ".weight", {rows, config_.model_width}});
    } else {
      for (std::size_t i = 0; i < heads.size(); ++i) {
        const std::int64_t rows = heads[i] * config_.head_width;
        const std::int64_t interleaved = is_interleaved_ && i < 2 ? heads[i] : 0;
        matrices.push_back({prefix + names_.qkv[i] + ".weight", {rows, config_.model_width}, interleaved});
        biases.push_back({prefix + names_.qkv[i] + ".bias", {rows}, interleaved});
      }
    }
    Projection projection;
    projection.parts = fetch_({key + "qkv", matrices});
    if (config_.qkv_bias) {
      const std::vector<at::Tensor> bias = fetch_({key + "qkv_bias", biases});
      projection.bias = bias.size() == 1 ? bias.front() : at::cat(bias);
    }
    return projection;
  }

  [[nodiscard]] std::vector<StoredPart> gate_up_parts(const std::string& prefix) const {
    const std::int64_t rows =
        architecture_.fused_projections ? 2 * config_.feed_forward_width : config_.feed_forward_width;
    std::vector<StoredPart> parts;
    for (const std::string& name : names_.gate_up) {
      parts.push_back({prefix + name + ".weight", {rows, config_.model_width}});
    }
    return parts;
  }

  const ModelConfig& config_;
  const Architecture& architecture_;
  TensorNames names_;
  double norm_offset_;
  bool is_interleaved_;
  const WeightFetch& fetch_;
};

}  // namespace

std::vector<std::int64_t> PlannedWeight::shape() const {
  std::vector<std::int64_t> whole = parts.front().shape;
  for (std::size_t i = 1; i < parts.size(); ++i) whole.front() += parts[i].shape.front();
  return whole;
}

Weights build_weights(const ModelConfig& config, const TensorTable& tensors, CheckpointFormat format,
                      const WeightFetch& fetch) {
  return WeightBuilder(config, tensors, format, fetch).build();
}

}  // namespace at2
