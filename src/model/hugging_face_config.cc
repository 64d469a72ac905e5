#include <cmath>
#include <fstream>

#include "model/architecture.h"
#include "model/json_keys.h"
#include "model/model_config.h"

namespace at2 {
namespace {

using nlohmann::json;
using Scaling = RopeOptions::Scaling;

/// Keys that say nothing about what a forward pass computes.
const std::set<std::string_view>& harmless_keys() {
  static const std::set<std::string_view> keys = {"architectures",
                                                  "attention_dropout",
                                                  "auto_map",
                                                  "boi_token_index",
                                                  "bos_token_id",
                                                  "cache_implementation",
                                                  "classifier_dropout",
                                                  "decoder_start_token_id",
                                                  "dtype",
                                                  "embd_pdrop",
                                                  "eoi_token_index",
                                                  "eos_token_id",
                                                  "hidden_dropout",
                                                  "id2label",
                                                  "image_token_index",
                                                  "initializer_range",
                                                  "label2id",
                                                  "max_window_layers",
                                                  "mm_tokens_per_image",
                                                  "output_attentions",
                                                  "output_hidden_states",
                                                  "pad_token_id",
                                                  "pretraining_tp",
                                                  "resid_pdrop",
                                                  "return_dict",
                                                  "torch_dtype",
                                                  "transformers_version",
                                                  "unsloth_fixed",
                                                  "unsloth_version",
                                                  "use_cache",
                                                  "_name_or_path",
                                                  "_attn_implementation_autoset",
                                                  "is_llama_config"};
  return keys;
}

json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw UserError("cannot read " + path.string(), "no such file, or no permission", "check model.path");
  try {
    json object = json::parse(file);
    if (object.is_object()) return object;
  } catch (const json::exception& error) {
    throw UserError("cannot read " + path.string(), error.what(), "download the file again");
  }
  throw UserError("cannot read " + path.string(), "it is not a JSON object", "download the file again");
}

/// Phi: longer contexts sharpen attention by this much (LongRoPE).
double longrope_attention_factor(double extension, std::int64_t original) {
  if (extension <= 1.0) return 1.0;
  return std::sqrt(1.0 + std::log(extension) / std::log(static_cast<double>(original)));
}

void read_longrope(JsonKeys& keys, JsonKeys& scaling, const ModelConfig& config, RopeOptions& rope) {
  rope.scaling = Scaling::longrope;
  rope.divisors = scaling.require<std::vector<float>>("short_factor");
  rope.long_divisors = scaling.require<std::vector<float>>("long_factor");
  auto original = keys.get<std::int64_t>("original_max_position_embeddings");
  if (!original) original = scaling.get<std::int64_t>("original_max_position_embeddings");
  if (!original || *original < 2) {
    throw UserError(keys.file() + " lacks the key \"original_max_position_embeddings\"", "longrope needs it",
                    "check model.path");
  }
  rope.original_max_positions = *original;
  const double extension = static_cast<double>(config.max_positions) / static_cast<double>(*original);
  rope.attention_factor =
      scaling.get<double>("attention_factor").value_or(longrope_attention_factor(extension, *original));
}

/// \param theta  where the scaling object has none of its own
RopeOptions read_scaling(JsonKeys& keys, const json& object, double theta, const ModelConfig& config) {
  JsonKeys scaling(object, keys.file() + ", RoPE scaling");
  RopeOptions rope;
  rope.theta = scaling.get<double>("rope_theta").value_or(theta);
  auto type = scaling.get<std::string>("rope_type");
  if (!type) type = scaling.get<std::string>("type");
  if (!type || *type == "default") return rope;
  if (*type == "linear") {
    rope.scaling = Scaling::linear;
    rope.factor = scaling.require<double>("factor");
  } else if (*type == "llama3") {
    rope.scaling = Scaling::llama3;
    rope.factor = scaling.require<double>("factor");
    rope.low_frequency_factor = scaling.require<double>("low_freq_factor");
    rope.high_frequency_factor = scaling.require<double>("high_freq_factor");
    rope.original_max_positions = scaling.require<std::int64_t>("original_max_position_embeddings");
  } else if (*type == "longrope") {
    read_longrope(keys, scaling, config, rope);
  } else {
    throw UserError(keys.file() + ": RoPE type \"" + *type + "\" is not supported",
                    "known: default, linear, llama3, longrope", "use another model");
  }
  const auto unknown = scaling.others({"partial_rotary_factor"});
  if (!unknown.empty() && *type != "longrope") {
    throw UserError(scaling.file() + ": key \"" + unknown.front() + "\" is not supported",
                    "RoPE type " + *type + " is not known to have it", "use another model");
  }
  return rope;
}

void read_rope(JsonKeys& keys, ModelConfig& config) {
  // Newer files keep everything in rope_parameters, one set per kind of layer where there are two.
  const double theta = keys.get<double>("rope_theta").value_or(10000.0);
  const auto sliding_theta = keys.get<double>("rope_local_base_freq");
  json scaling = keys.get<json>("rope_scaling").value_or(json::object());
  const json parameters = keys.get<json>("rope_parameters").value_or(json::object());
  double partial = keys.get<double>("partial_rotary_factor").value_or(1.0);
  if (parameters.contains("full_attention")) {
    config.rope = read_scaling(keys, parameters["full_attention"], theta, config);
    config.sliding_rope = read_scaling(keys, parameters.value("sliding_attention", json::object()),
                                       sliding_theta.value_or(theta), config);
  } else {
    if (!parameters.empty()) scaling = parameters;
    config.rope = read_scaling(keys, scaling, theta, config);
    if (sliding_theta) config.sliding_rope = RopeOptions{.theta = *sliding_theta};
  }
  partial =
      JsonKeys(parameters, keys.file() + ", rope_parameters").get<double>("partial_rotary_factor").value_or(partial);
  config.rotary_width = static_cast<std::int64_t>(static_cast<double>(config.head_width) * partial);
}

void read_listed_reach(const std::vector<std::string>& types, const std::string& file, ModelConfig& config) {
  for (const std::string& type : types) {
    if (type != "full_attention" && type != "sliding_attention") {
      throw UserError(file + ": layer type \"" + type + "\" is not supported",
                      "known: full_attention, sliding_attention", "use another model");
    }
    config.reach.push_back(type == "full_attention" ? AttentionReach::full : AttentionReach::sliding);
  }
}

void read_reach(JsonKeys& keys, const Architecture& architecture, ModelConfig& config) {
  using Sliding = Architecture::Sliding;
  const auto window = keys.get<std::int64_t>("sliding_window");
  const bool switched_on = keys.get<bool>("use_sliding_window").value_or(architecture.sliding != Sliding::upper_layers);
  const std::int64_t period = keys.get<std::int64_t>("sliding_window_pattern").value_or(1);
  const auto types = keys.get<std::vector<std::string>>("layer_types");
  if (architecture.sliding == Sliding::none && window) keys.expect_absent("sliding_window");
  config.sliding_window = window.value_or(0);
  if (types) return read_listed_reach(*types, keys.file(), config);
  const std::int64_t first = architecture.sliding == Sliding::upper_layers
                                 ? keys.get<std::int64_t>("max_window_layers").value_or(config.num_layers)
                                 : 0;
  for (std::int64_t layer = 0; layer < config.num_layers; ++layer) {
    const bool breaks_pattern = architecture.sliding == Sliding::pattern && (layer + 1) % period == 0;
    const bool slides = window && switched_on && layer >= first && !breaks_pattern;
    config.reach.push_back(slides ? AttentionReach::sliding : AttentionReach::full);
  }
}

Activation read_activation(JsonKeys& keys) {
  const char* key = "hidden_activation";
  auto name = keys.get<std::string>(key);
  const auto other = keys.get<std::string>("hidden_act");
  if (!name) {
    key = "hidden_act";
    name = other;
  }
  if (!name || *name == "silu") return Activation::silu;
  if (*name == "gelu_pytorch_tanh") return Activation::gelu_tanh;
  throw UserError(keys.file() + ": " + key + " \"" + *name + "\" is not supported", "known: silu, gelu_pytorch_tanh",
                  "use another model");
}

void refuse_other_mathematics(JsonKeys& keys) {
  keys.expect<bool>("attention_bias", false);
  keys.expect<bool>("mlp_bias", false);
  keys.expect<bool>("use_bidirectional_attention", false);
  keys.expect<bool>("rope_interleaved", false);
  keys.expect_absent("attn_logit_softcapping");
  keys.expect_absent("final_logit_softcapping");
  keys.expect_absent("quantization_config");
}

void read_sizes(JsonKeys& keys, ModelConfig& config) {
  config.num_layers = keys.require<std::int64_t>("num_hidden_layers");
  config.num_heads = keys.require<std::int64_t>("num_attention_heads");
  config.num_kv_heads = keys.get<std::int64_t>("num_key_value_heads").value_or(config.num_heads);
  config.model_width = keys.require<std::int64_t>("hidden_size");
  config.head_width =
      keys.get<std::int64_t>("head_dim").value_or(config.num_heads > 0 ? config.model_width / config.num_heads : 0);
  config.feed_forward_width = keys.require<std::int64_t>("intermediate_size");
  config.vocabulary_size = keys.require<std::int64_t>("vocab_size");
  config.max_positions = keys.require<std::int64_t>("max_position_embeddings");
  config.norm_epsilon = keys.require<double>("rms_norm_eps");
  config.tied_head = keys.get<bool>("tie_word_embeddings").value_or(false);
}

std::vector<std::int64_t> read_end_tokens(const json& object) {
  const auto found = object.find("eos_token_id");
  if (found == object.end()) return {};
  if (found->is_number_integer()) return {found->get<std::int64_t>()};
  if (found->is_array()) return found->get<std::vector<std::int64_t>>();
  return {};
}

/// The text model's keys: with those of a multimodal config around it where they matter.
json text_config(const json& object) {
  const auto inner = object.find("text_config");
  if (inner == object.end() || !inner->is_object()) return object;
  json text = *inner;
  for (const char* key : {"eos_token_id", "tie_word_embeddings", "quantization_config"}) {
    if (object.contains(key) && !text.contains(key)) text[key] = object[key];
  }
  // A multimodal config of type "gemma3" may leave out the type of its text model.
  const std::string type = text.value("model_type", object.value("model_type", ""));
  text["model_type"] = type == "gemma3" ? "gemma3_text" : type;
  return text;
}

}  // namespace

ModelConfig read_model_config(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.json";
  const json given = text_config(read_json(path));
  const Architecture& architecture =
      architecture_of_model_type(JsonKeys(given, path.string()).require<std::string>("model_type"), path.string());
  json object = json::parse(architecture.defaults);
  object.update(given);
  JsonKeys keys(object, path.string());
  ModelConfig config;
  config.model_type = keys.require<std::string>("model_type");
  config.qkv_bias = architecture.qkv_bias;
  config.qk_norm = architecture.qk_norm;
  config.post_norms = architecture.post_norms;
  refuse_other_mathematics(keys);
  read_sizes(keys, config);
  config.activation = read_activation(keys);
  const auto scale_base = keys.get<double>("query_pre_attn_scalar");
  config.score_scale = 1.0 / std::sqrt(scale_base.value_or(static_cast<double>(config.head_width)));
  if (architecture.scaled_embeddings) config.embedding_scale = std::sqrt(static_cast<double>(config.model_width));
  read_rope(keys, config);
  read_reach(keys, architecture, config);
  config.end_tokens = read_end_tokens(object);
  if (std::filesystem::exists(folder / "generation_config.json")) {
    const auto more = read_end_tokens(read_json(folder / "generation_config.json"));
    if (!more.empty()) config.end_tokens = more;
  }
  config.unknown_keys = keys.others(harmless_keys());
  check(config, path.string());
  return config;
}

}  // namespace at2
