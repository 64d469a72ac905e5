#include "model/weights.h"

#include <ATen/Parallel.h>

#include <array>
#include <cmath>
#include <utility>

#include "base/errors.h"
#include "checkpoint/dequantize.h"
#include "checkpoint/safetensors.h"

namespace at2 {
namespace {

/// What a file format calls the weights; layer names have a prefix with the number of the layer.
struct Names {
  const char* embedding;
  const char* final_norm;
  const char* head;
  const char* layer_prefix;
  const char* attention_norm;
  std::array<const char*, 3> qkv;
  const char* output;
  const char* mlp_norm;
  std::array<const char*, 2> gate_up;
  const char* down;
};

constexpr Names hugging_face_names{"model.embed_tokens.weight",
                                   "model.norm.weight",
                                   "lm_head.weight",
                                   "model.layers.",
                                   "input_layernorm.weight",
                                   {"self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"},
                                   "self_attn.o_proj.weight",
                                   "post_attention_layernorm.weight",
                                   {"mlp.gate_proj.weight", "mlp.up_proj.weight"},
                                   "mlp.down_proj.weight"};

constexpr Names gguf_names{"token_embd.weight",
                           "output_norm.weight",
                           "output.weight",
                           "blk.",
                           "attn_norm.weight",
                           {"attn_q.weight", "attn_k.weight", "attn_v.weight"},
                           "attn_output.weight",
                           "ffn_norm.weight",
                           {"ffn_gate.weight", "ffn_up.weight"},
                           "ffn_down.weight"};

/// Whether the rows of the query and key projections lie as RoPE in halves wants them, or in llama.cpp's order.
enum class RotaryRows { halves, interleaved };

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

/// De-quantises tensors of one table after checking their shapes and values.
class WeightReader {
 public:
  WeightReader(const TensorTable& table, std::string file, const ComputePlace& place)
      : table_(table), file_(std::move(file)), place_(place) {}

  /// Several matrices with the same number of columns, stacked; or one vector.
  [[nodiscard]] at::Tensor read(const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& parts) const {
    std::int64_t rows = 0;
    for (const auto& [name, shape] : parts) rows += shape.front();
    std::vector<std::int64_t> shape = parts.front().second;
    shape.front() = rows;
    at::Tensor all = at::empty(shape, at::kFloat);
    std::int64_t begin = 0;
    for (const auto& [name, part] : parts) {
      fill(name, part, all.narrow(0, begin, part.front()));
      begin += part.front();
    }
    return all;
  }
  [[nodiscard]] at::Tensor placed(const at::Tensor& tensor) const { return tensor.to(place_.device, place_.dtype); }

 private:
  void fill(const std::string& name, const std::vector<std::int64_t>& shape, const at::Tensor& to) const {
    const TensorEntry& entry = table_.at(name);
    if (entry.shape != shape) {
      throw UserError(file_ + ": tensor " + name + " has shape " + shape_text(entry.shape),
                      "the model's config asks for " + shape_text(shape), "use weights and config of the same model");
    }
    const std::span<float> out(to.mutable_data_ptr<float>(), static_cast<std::size_t>(to.numel()));
    const std::int64_t rows = shape.front();
    const auto row = static_cast<std::size_t>(to.numel() / rows);
    at::parallel_for(0, rows, 64, [&](std::int64_t begin, std::int64_t end) {
      dequantize_rows(entry, begin, end,
                      out.subspan(static_cast<std::size_t>(begin) * row, static_cast<std::size_t>(end - begin) * row));
    });
    if (!at::isfinite(to).all().item<bool>()) {
      throw UserError(file_ + ": tensor " + name + " holds NaN or infinity",
                      "the file is damaged or was badly converted", "get the weights again");
    }
  }

  const TensorTable& table_;
  std::string file_;
  const ComputePlace& place_;
};

/// llama.cpp stores each head's rows as pairs (j, j + K/2); this puts them back in two halves.
at::Tensor rows_in_halves(const at::Tensor& weight, std::int64_t heads, std::int64_t head_width) {
  const std::int64_t in = weight.size(1);
  return weight.view({heads, head_width / 2, 2, in}).transpose(1, 2).reshape({heads * head_width, in});
}

LayerWeights load_layer(const WeightReader& reader, const ModelConfig& config, const Names& names,
                        const std::string& prefix, RotaryRows rows) {
  const std::int64_t model = config.model_width;
  const std::int64_t queries = config.num_heads * config.head_width;
  const std::int64_t keys = config.num_kv_heads * config.head_width;
  const std::int64_t inner = config.feed_forward_width;
  at::Tensor qkv = reader.read({{prefix + names.qkv[0], {queries, model}},
                                {prefix + names.qkv[1], {keys, model}},
                                {prefix + names.qkv[2], {keys, model}}});
  if (rows == RotaryRows::interleaved) {
    qkv = at::cat({rows_in_halves(qkv.narrow(0, 0, queries), config.num_heads, config.head_width),
                   rows_in_halves(qkv.narrow(0, queries, keys), config.num_kv_heads, config.head_width),
                   qkv.narrow(0, queries + keys, keys)});
  }
  LayerWeights layer;
  layer.attention_norm = reader.placed(reader.read({{prefix + names.attention_norm, {model}}}));
  layer.qkv = reader.placed(qkv);
  layer.output = reader.placed(reader.read({{prefix + names.output, {model, queries}}}));
  layer.mlp_norm = reader.placed(reader.read({{prefix + names.mlp_norm, {model}}}));
  layer.gate_up = reader.placed(
      reader.read({{prefix + names.gate_up[0], {inner, model}}, {prefix + names.gate_up[1], {inner, model}}}));
  layer.down = reader.placed(reader.read({{prefix + names.down, {model, inner}}}));
  return layer;
}

Weights load(const TensorTable& table, const std::string& file, const ModelConfig& config, const ComputePlace& place,
             const Names& names, RotaryRows rows) {
  const WeightReader reader(table, file, place);
  Weights weights;
  weights.embedding = reader.placed(reader.read({{names.embedding, {config.vocabulary_size, config.model_width}}}));
  weights.final_norm = reader.placed(reader.read({{names.final_norm, {config.model_width}}}));
  weights.head = config.tied_head
                     ? weights.embedding
                     : reader.placed(reader.read({{names.head, {config.vocabulary_size, config.model_width}}}));
  for (std::int64_t l = 0; l < config.num_layers; ++l) {
    const std::string prefix = names.layer_prefix + std::to_string(l) + ".";
    weights.layers.push_back(load_layer(reader, config, names, prefix, rows));
  }
  return weights;
}

}  // namespace

Weights load_weights(const GgufFile& file, const ModelConfig& config, const ComputePlace& place) {
  return load(file.tensors(), file.path().string(), config, place, gguf_names, RotaryRows::interleaved);
}

Weights load_weights(const std::filesystem::path& folder, const ModelConfig& config, const ComputePlace& place) {
  const SafetensorsModel model(folder);
  return load(model.tensors(), folder.string(), config, place, hugging_face_names, RotaryRows::halves);
}

}  // namespace at2
