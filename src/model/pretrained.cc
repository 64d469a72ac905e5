#include "model/pretrained.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/deps.h"
#include "base/errors.h"
#include "base/hash.h"
#include "checkpoint/safetensors.h"
#include "text/gguf_tokenizer.h"

namespace at2 {
namespace {

bool is_folder(const std::filesystem::path& path) { return std::filesystem::is_directory(path); }

void check_vocabulary(const ModelText& text, const std::filesystem::path& path) {
  if (text.tokenizer.vocab_size() <= text.config.vocabulary_size) return;
  throw UserError("the tokenizer of " + path.string() + " does not fit the model",
                  "it has " + std::to_string(text.tokenizer.vocab_size()) + " tokens, the model " +
                      std::to_string(text.config.vocabulary_size),
                  "use tokenizer and weights of the same model");
}

}  // namespace

std::filesystem::path resolve_model_path(const std::string& path) {
  if (path == "default") return default_model_path();
  if (!std::filesystem::exists(path)) {
    throw UserError("there is no model at " + path, "no such file or folder",
                    "name a GGUF file, a Hugging Face folder, or \"default\" in model.path");
  }
  return path;
}

std::string model_name(const std::filesystem::path& path) {
  const std::filesystem::path named = path.has_filename() ? path : path.parent_path();
  // The name of a folder may hold a dot that begins no ending: "Llama-3.1-8B".
  return (is_folder(named) ? named.filename() : named.stem()).string();
}

ModelText load_model_text(const std::filesystem::path& path) {
  ModelText text = [&]() -> ModelText {
    if (is_folder(path)) {
      return {read_model_config(path), Tokenizer::from_file(path / "tokenizer.json"), load_chat_format(path)};
    }
    const GgufFile file(path);
    return {read_model_config(file), Tokenizer::from_json(tokenizer_json(gguf_vocabulary(file)), path.string()),
            load_chat_format(file)};
  }();
  check_vocabulary(text, path);
  return text;
}

at::ScalarType stored_dtype(const std::filesystem::path& path) {
  const auto most_common = [](const TensorTable& tensors) {
    std::map<TensorType, std::int64_t> elements;
    for (const TensorEntry& entry : tensors) elements[entry.type] += entry.num_elements();
    const auto most = std::max_element(elements.begin(), elements.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == elements.end()) return at::kHalf;
    switch (most->first) {
      case TensorType::f32:
        return at::kFloat;
      case TensorType::bf16:
        return at::kBFloat16;
      default:
        return at::kHalf;
    }
  };
  return is_folder(path) ? most_common(SafetensorsModel(path).tensors()) : most_common(GgufFile(path).tensors());
}

LanguageModel load_language_model(const std::filesystem::path& path, const ModelConfig& config,
                                  const ComputePlace& place, const std::optional<std::filesystem::path>& cache,
                                  FiniteCheck check) {
  if (cache && std::filesystem::exists(*cache)) return {config, map_weight_cache(*cache, config), place};
  Weights weights =
      is_folder(path) ? load_weights(path, config, place, check) : load_weights(GgufFile(path), config, place);
  return {config, std::move(weights), place};
}

std::string model_fingerprint(const std::filesystem::path& path) {
  if (!is_folder(path)) return fingerprint_file(path);
  std::vector<std::filesystem::path> files = SafetensorsModel(path).files();
  for (const char* name :
       {"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"}) {
    if (std::filesystem::exists(path / name)) files.push_back(path / name);
  }
  std::sort(files.begin(), files.end());
  std::string digests;
  for (const auto& file : files) digests += file.filename().string() + " " + fingerprint_file(file) + "\n";
  return fingerprint(digests);
}

}  // namespace at2
