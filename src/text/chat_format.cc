#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "base/mapped_file.h"
#include "checkpoint/gguf.h"
#include "text/chat_template.h"

namespace at2 {
namespace {

using Json = nlohmann::json;
constexpr const char* kFolderHint = "use a folder that has the model's chat template (an instruction-tuned model)";

std::string read_text(const std::filesystem::path& path) {
  const MappedFile file(path);
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

Json read_config(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    throw UserError(path.string() + " is missing", "it names the special tokens", kFolderHint);
  }
  try {
    Json config = Json::parse(read_text(path));
    if (config.is_object()) return config;
  } catch (const Json::exception& error) {
    throw UserError(path.string() + " is broken", error.what(), "fetch the file again");
  }
  throw UserError(path.string() + " is broken", "it is not a JSON object", "fetch the file again");
}

/// A token is a text, or an object with the text as `content`; null is the same as absent.
std::optional<std::string> token_text(const Json& config, const char* key, const std::filesystem::path& path) {
  if (!config.contains(key) || config[key].is_null()) return std::nullopt;
  const Json& token = config[key];
  if (token.is_string()) return token.get<std::string>();
  if (token.is_object() && token.contains("content") && token["content"].is_string()) {
    return token["content"].get<std::string>();
  }
  throw UserError(path.string() + " is broken", std::string(key) + " is not a token", "fetch the file again");
}

/// The template in tokenizer_config.json: a text, or the one named "default" in a list of {name, template}.
std::string template_text(const Json& config, const std::filesystem::path& path) {
  const Json found = config.value("chat_template", Json());
  if (found.is_string()) return found.get<std::string>();
  if (found.is_array()) {
    for (const Json& entry : found) {
      const bool is_named_template = entry.is_object() && entry.contains("template") && entry["template"].is_string();
      if (is_named_template && entry.value("name", Json()) == "default") return entry["template"].get<std::string>();
    }
  }
  throw UserError(path.string() + " has no chat template",
                  found.is_array() ? "none in its list is named default" : "the key chat_template is missing",
                  kFolderHint);
}

/// The token whose id is under `key`; nothing if the key is absent.
std::optional<std::string> token_text(const GgufFile& file, const char* key) {
  const std::optional<std::int64_t> id = file.integer(key);
  if (!id) return std::nullopt;
  const std::vector<std::string> tokens = file.require_texts("tokenizer.ggml.tokens");
  if (*id < 0 || *id >= static_cast<std::int64_t>(tokens.size())) {
    throw UserError(file.path().string() + " is broken",
                    std::string(key) + " is " + std::to_string(*id) + ", but there are " +
                        std::to_string(tokens.size()) + " tokens",
                    "fetch the file again");
  }
  return tokens[static_cast<std::size_t>(*id)];
}

ChatFormat chat_format(const std::string& source, const std::string& name, SequenceTokens tokens, bool needs_bos) {
  const bool thinks = source.find("<think>") != std::string::npos || source.find("</think>") != std::string::npos;
  return {ChatTemplate(source, name), std::move(tokens), thinks, needs_bos};
}

bool needs_bos(const Json& config, const std::filesystem::path& path) {
  const Json found = config.value("add_bos_token", Json());
  if (found.is_null()) return false;
  if (found.is_boolean()) return found.get<bool>();
  throw UserError(path.string() + " is broken", "add_bos_token is neither true nor false", "fetch the file again");
}

bool needs_bos(const GgufFile& file) {
  if (const std::optional<bool> said = file.flag("tokenizer.ggml.add_bos_token")) return *said;
  const std::string pre = file.text("tokenizer.ggml.pre").value_or("");
  return file.text("tokenizer.ggml.model") == "llama" || pre == "llama-bpe" || pre == "llama3" || pre == "llama-v3";
}

}  // namespace

ChatFormat load_chat_format(const std::filesystem::path& folder) {
  const std::filesystem::path config_path = folder / "tokenizer_config.json";
  const std::filesystem::path template_path = folder / "chat_template.jinja";
  const Json config = read_config(config_path);
  SequenceTokens tokens{token_text(config, "bos_token", config_path), token_text(config, "eos_token", config_path)};
  const bool bos = needs_bos(config, config_path);
  if (std::filesystem::exists(template_path)) {
    return chat_format(read_text(template_path), template_path.string(), std::move(tokens), bos);
  }
  const std::string name = config_path.string() + ": chat_template";
  return chat_format(template_text(config, config_path), name, std::move(tokens), bos);
}

ChatFormat load_chat_format(const GgufFile& file) {
  const std::optional<std::string> source = file.text("tokenizer.chat_template");
  if (!source) {
    throw UserError(file.path().string() + " has no chat template", "the key tokenizer.chat_template is missing",
                    "use an instruction-tuned model");
  }
  return chat_format(*source, file.path().string() + ": tokenizer.chat_template",
                     {token_text(file, "tokenizer.ggml.bos_token_id"), token_text(file, "tokenizer.ggml.eos_token_id")},
                     needs_bos(file));
}

}  // namespace at2
