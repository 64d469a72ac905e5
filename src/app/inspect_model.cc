#include <map>

#include "app/inspect_parts.h"
#include "base/errors.h"
#include "base/hash.h"
#include "checkpoint/gguf.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/strict_json.h"
#include "data/text_input.h"
#include "model/pretrained.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

void add_tensors(Inspection& inspection, const TensorTable& tensors) {
  std::map<std::string_view, std::pair<std::int64_t, std::int64_t>> types;
  std::int64_t parameters = 0;
  Inspection list = Inspection::array();
  for (const TensorEntry& entry : tensors) {
    parameters += entry.num_elements();
    auto& [count, bytes] = types[type_name(entry.type)];
    ++count;
    bytes += std::ssize(entry.bytes);
    list.push_back({{"tensor", entry.name},
                    {"type", type_name(entry.type)},
                    {"shape", entry.shape},
                    {"bytes", std::ssize(entry.bytes)}});
  }
  inspection["num_tensors"] = tensors.size();
  inspection["parameters"] = parameters;
  Inspection by_type = Inspection::array();
  for (const auto& [type, sum] : types) {
    by_type.push_back({{"type", type}, {"tensors", sum.first}, {"bytes", sum.second}});
  }
  inspection["types"] = std::move(by_type);
  inspection["tensors"] = std::move(list);
}

void add_shape(Inspection& inspection, const ModelConfig& config) {
  inspection["model_type"] = config.model_type;
  inspection["layers"] = config.num_layers;
  inspection["heads"] = config.num_heads;
  inspection["key_value_heads"] = config.num_kv_heads;
  inspection["head_width"] = config.head_width;
  inspection["model_width"] = config.model_width;
  inspection["vocabulary"] = config.vocabulary_size;
  inspection["longest_sequence"] = config.max_positions;
  inspection["features"] = config.num_features();
  if (!config.unknown_keys.empty()) inspection["keys_that_at2_ignores"] = config.unknown_keys;
}

void add_text_check(Inspection& inspection, const fs::path& path) {
  add_check(
      inspection, "tokenizer and chat template", [&] { static_cast<void>(load_model_text(path)); },
      "they load, and fit the vocabulary");
}

}  // namespace

Inspection inspect_gguf(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "GGUF model");
  const GgufFile file(path);
  inspection["fingerprint"] = model_fingerprint(path);
  for (const char* key : {"general.name", "general.architecture", "general.license", "general.basename",
                          "tokenizer.ggml.model", "tokenizer.ggml.pre"}) {
    if (const auto value = file.text(key)) inspection[key] = *value;
  }
  inspection["checks"] = Inspection::array();
  add_check(
      inspection, "container", [] {}, "every length, offset and name in it is possible");
  add_check(
      inspection, "architecture", [&] { add_shape(inspection, read_model_config(file)); }, "at2 knows it");
  add_text_check(inspection, path);
  add_tensors(inspection, file.tensors());
  return inspection;
}

Inspection inspect_safetensors(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "safetensors file");
  const SafetensorsFile file(path);
  inspection["fingerprint"] = fingerprint_file(path);
  if (fs::exists(path.parent_path() / "config.json")) {
    inspection["belongs_to"] = "the model in " + (path.has_parent_path() ? path.parent_path().string() : ".");
  }
  add_check(
      inspection, "container", [] {}, "every length, offset and name in it is possible");
  add_tensors(inspection, file.tensors());
  return inspection;
}

Inspection inspect_model_folder(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "Hugging Face model folder");
  Inspection files = Inspection::array();
  for (const auto& entry : fs::directory_iterator(path)) files.push_back(entry.path().filename().string());
  std::sort(files.begin(), files.end());
  inspection["files"] = std::move(files);
  inspection["checks"] = Inspection::array();
  add_check(
      inspection, "architecture", [&] { add_shape(inspection, read_model_config(path)); }, "at2 knows it");
  add_check(
      inspection, "weights", [&] { add_tensors(inspection, SafetensorsModel(path).tensors()); },
      "every tensor that is listed is there");
  add_text_check(inspection, path);
  add_check(
      inspection, "fingerprint", [&] { inspection["fingerprint"] = model_fingerprint(path); }, "of all its files");
  return inspection;
}

Inspection inspect_tokenizer(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "tokenizer");
  inspection["fingerprint"] = fingerprint_file(path);
  const Tokenizer tokenizer = Tokenizer::from_file(path);
  inspection["vocabulary"] = tokenizer.vocab_size();
  add_check(
      inspection, "tokenizer", [] {}, "it loads");
  const std::string sample = "A plain sentence, with numbers: 1874 and 3.14.";
  const Encoding encoding = tokenizer.encode(sample, SpecialTokens::as_text);
  inspection["tokens_of_a_sample"] = encoding.ids.size();
  inspection["sample"] = sample;
  const bool same = tokenizer.decode(encoding.ids, SkipSpecial::no) == sample;
  inspection["checks"].push_back({{"what", "a sample comes back from its tokens"},
                                  {"ok", true},
                                  {"detail", same ? "as it was" : "changed: fewer characters than text has"}});
  return inspection;
}

}  // namespace at2
