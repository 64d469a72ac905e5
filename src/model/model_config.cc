#include "model/model_config.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/errors.h"
#include "checkpoint/dequantize.h"

namespace at2 {
namespace {

using nlohmann::json;

constexpr const char* supported = "this version runs models of type llama";

json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw UserError("cannot read " + path.string(), "no such file, or no permission", "check model.path");
  try {
    return json::parse(file);
  } catch (const json::exception& error) {
    throw UserError("cannot read " + path.string(), error.what(), "download the file again");
  }
}

/// Reads typed keys of one JSON file and reports it with the key.
class Keys {
 public:
  Keys(const json& object, std::string file) : object_(&object), file_(std::move(file)) {}

  template <typename T>
  [[nodiscard]] std::optional<T> get(const char* key) const {
    const auto found = object_->find(key);
    if (found == object_->end() || found->is_null()) return std::nullopt;
    try {
      return found->get<T>();
    } catch (const json::exception& error) {
      throw UserError(file_ + ": key \"" + key + "\" cannot be used", error.what(), "download the file again");
    }
  }
  template <typename T>
  [[nodiscard]] T require(const char* key) const {
    const auto value = get<T>(key);
    if (!value) throw UserError(file_ + " lacks the key \"" + key + "\"", supported, "check model.path");
    return *value;
  }
  /// Refuses a key whose value would change the mathematics.
  template <typename T>
  void expect(const char* key, const T& wanted) const {
    const auto value = get<T>(key);
    if (value && *value != wanted) {
      throw UserError(file_ + ": \"" + key + "\": " + (*object_)[key].dump() + " is not supported", supported,
                      "use another model");
    }
  }

 private:
  const json* object_;
  std::string file_;
};

RopeOptions read_rope(const Keys& keys, const json& config, const std::string& file) {
  RopeOptions rope;
  rope.theta = keys.get<double>("rope_theta").value_or(10000.0);
  const auto found = config.find("rope_scaling");
  if (found == config.end() || found->is_null()) return rope;
  const Keys scaling(*found, file + ", rope_scaling");
  const std::string type =
      scaling.get<std::string>("rope_type").value_or(scaling.get<std::string>("type").value_or(""));
  if (type == "default") return rope;
  if (type != "llama3") {
    throw UserError(file + ": RoPE type \"" + type + "\" is not supported", "known: default, llama3",
                    "use another model");
  }
  rope.scaling = RopeOptions::Scaling::llama3;
  rope.factor = scaling.require<double>("factor");
  rope.low_frequency_factor = scaling.require<double>("low_freq_factor");
  rope.high_frequency_factor = scaling.require<double>("high_freq_factor");
  rope.original_max_positions = scaling.require<std::int64_t>("original_max_position_embeddings");
  return rope;
}

std::vector<std::int64_t> read_end_tokens(const json& object) {
  const auto found = object.find("eos_token_id");
  if (found == object.end()) return {};
  if (found->is_number_integer()) return {found->get<std::int64_t>()};
  if (found->is_array()) return found->get<std::vector<std::int64_t>>();
  return {};
}

void check(const ModelConfig& config, const std::string& file) {
  const auto positive = [&](std::int64_t number, const char* what) {
    if (number <= 0)
      throw UserError(file + ": " + what + " is " + std::to_string(number), "it must be positive", "check model.path");
  };
  positive(config.num_layers, "the number of layers");
  positive(config.num_heads, "the number of heads");
  positive(config.num_kv_heads, "the number of key/value heads");
  positive(config.head_width, "the head width");
  positive(config.model_width, "the model width");
  positive(config.feed_forward_width, "the feed-forward width");
  positive(config.vocabulary_size, "the vocabulary size");
  if (config.num_heads % config.num_kv_heads != 0 || config.head_width % 2 != 0) {
    throw UserError(file + ": heads do not fit together",
                    std::to_string(config.num_heads) + " heads, " + std::to_string(config.num_kv_heads) +
                        " key/value heads, head width " + std::to_string(config.head_width),
                    "check model.path");
  }
}

}  // namespace

ModelConfig read_model_config(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.json";
  const json object = read_json(path);
  const Keys keys(object, path.string());
  ModelConfig config;
  config.model_type = keys.require<std::string>("model_type");
  if (config.model_type != "llama") {
    throw UserError(path.string() + ": model_type \"" + config.model_type + "\" is not supported", supported,
                    "use another model");
  }
  keys.expect<std::string>("hidden_act", "silu");
  keys.expect<bool>("attention_bias", false);
  keys.expect<bool>("mlp_bias", false);
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
  config.rope = read_rope(keys, object, path.string());
  config.end_tokens = read_end_tokens(object);
  if (std::filesystem::exists(folder / "generation_config.json")) {
    const auto more = read_end_tokens(read_json(folder / "generation_config.json"));
    if (!more.empty()) config.end_tokens = more;
  }
  check(config, path.string());
  return config;
}

ModelConfig read_model_config(const GgufFile& file) {
  const std::string name = file.path().string();
  ModelConfig config;
  config.model_type = file.require_text("general.architecture");
  if (config.model_type != "llama") {
    throw UserError(name + ": architecture \"" + config.model_type + "\" is not supported", supported,
                    "use another model");
  }
  const auto key = [](const char* suffix) { return std::string("llama.") + suffix; };
  config.num_layers = file.require_integer(key("block_count"));
  config.num_heads = file.require_integer(key("attention.head_count"));
  config.num_kv_heads = file.integer(key("attention.head_count_kv")).value_or(config.num_heads);
  config.model_width = file.require_integer(key("embedding_length"));
  config.head_width = file.integer(key("attention.key_length"))
                          .value_or(config.num_heads > 0 ? config.model_width / config.num_heads : 0);
  config.feed_forward_width = file.require_integer(key("feed_forward_length"));
  config.max_positions = file.require_integer(key("context_length"));
  config.norm_epsilon = file.require_real(key("attention.layer_norm_rms_epsilon"));
  config.rope.theta = file.real(key("rope.freq_base")).value_or(10000.0);
  config.vocabulary_size = file.tensors().at("token_embd.weight").shape.at(0);
  config.tied_head = file.tensors().find("output.weight") == nullptr;
  if (const TensorEntry* divisors = file.tensors().find("rope_freqs.weight")) {
    config.rope.divisors.resize(static_cast<std::size_t>(divisors->shape.at(0)));
    dequantize(*divisors, config.rope.divisors);
  }
  for (const char* end : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"}) {
    if (const auto token = file.integer(end)) config.end_tokens.push_back(*token);
  }
  check(config, name);
  return config;
}

}  // namespace at2
