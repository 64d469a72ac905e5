#include <fstream>
#include <iterator>

#include "app/examples_file.h"
#include "app/inspect_parts.h"
#include "app/timing_view.h"
#include "base/errors.h"
#include "checkpoint/safetensors.h"
#include "config/provenance.h"
#include "model/model_config.h"
#include "report/format.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A tokenizer.json has tens of megabytes; a data set that is larger is read record by record.
constexpr std::uintmax_t kLargest = 200'000'000;

bool has_all(const Json& json, std::initializer_list<const char*> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](const char* key) { return json.contains(key); });
}

Inspection provenance_of(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "provenance of a run");
  const Json all = to_json(*read_provenance(path));
  for (const auto& [key, value] : all.items()) inspection[key] = value;
  add_check(
      inspection, "provenance", [] {}, "every entry is there");
  return inspection;
}

/// "0.34" where there is an estimate.
Json mean_of(const Json& estimate) {
  return estimate.is_object() ? estimate.value("mean", Json(nullptr)) : Json(nullptr);
}

Inspection metrics_of(const fs::path& path, const Json& metrics) {
  Inspection inspection = begin_inspection(path, "metrics of a run");
  for (const char* key : {"name", "model", "training_set", "evaluation_set", "counts", "notes"}) {
    if (metrics.contains(key)) inspection[key] = metrics[key];
  }
  Json rows = Json::array();
  for (const Json& row : metrics.at("methods")) {
    Json line = {{"method", row.at("method")}, {"sources", row.at("sources")}, {"lds", mean_of(row.at("lds"))}};
    for (const auto& [k, drop] : row.at("top_k_drop").items()) line["top_" + k + "_drop"] = mean_of(drop);
    rows.push_back(std::move(line));
  }
  inspection["methods"] = std::move(rows);
  add_check(
      inspection, "metrics", [] {}, "at2 verify RUN makes them anew from the shards and compares");
  return inspection;
}

Inspection examples_of(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "chosen examples of a run");
  const ChosenExamples chosen = read_chosen(path);
  inspection["fingerprint"] = fingerprint_of(chosen.examples);
  inspection["examples"] = chosen.examples.size();
  inspection["records"] = describe(chosen.report);
  if (!chosen.examples.empty()) inspection["first_example"] = chosen.examples.front().id;
  add_check(
      inspection, "examples", [] {}, "they can be read");
  return inspection;
}

Inspection timing_of(const fs::path& path, const Json& timing) {
  Inspection inspection = begin_inspection(path, "timing of attributions");
  for (const char* key : {"model", "place", "source_kind"}) inspection[key] = timing.at(key);
  inspection["examples"] = timing.at("examples").size();
  add_check(
      inspection, "timing", [&] { static_cast<void>(read_timing(path.parent_path())); }, "every entry is there");
  return inspection;
}

Inspection answer_of(const fs::path& path, const Json& answer) {
  Inspection inspection = begin_inspection(path, "answer of at2 attribute");
  inspection["model"] = answer.value("model", "");
  if (answer.contains("estimator")) inspection["estimator"] = answer["estimator"];
  inspection["response"] = shortened(answer.value("response", ""), 200);
  const std::size_t targets = answer.at("targets").size();
  const std::size_t sources = answer.at("sources").size();
  inspection["documents"] = answer.value("documents", Json::array()).size();
  inspection["sources"] = sources;
  inspection["targets"] = targets;
  Json methods = Json::array();
  bool fits = true;
  for (const auto& [method, rows] : answer.at("scores").items()) {
    methods.push_back(method);
    fits = fits && rows.size() == targets;
    for (const Json& row : rows) fits = fits && row.size() == sources;
  }
  inspection["methods"] = std::move(methods);
  inspection["checks"].push_back({{"what", "scores"}, {"ok", fits}, {"detail", "one for each target and source"}});
  return inspection;
}

Inspection rank_record_of(const fs::path& path, const Json& record) {
  Inspection inspection = begin_inspection(path, "record of one process of a run");
  for (const auto& [key, value] : record.items()) inspection[key] = value;
  return inspection;
}

Inspection weight_map_of(const fs::path& path, const std::string& text) {
  Inspection inspection = begin_inspection(path, "index of a model in several files");
  const WeightMap map = parse_weight_map(text, path.string());
  inspection["tensors"] = map.size();
  std::vector<std::string> files;
  for (const auto& [tensor, file] : map) {
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }
  inspection["files"] = files;
  add_check(
      inspection, "files", [&] { static_cast<void>(SafetensorsModel(path.parent_path())); },
      "all are there, with every tensor");
  return inspection;
}

Inspection model_config_of(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "config of a model");
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const ModelConfig config = read_model_config(folder);
  inspection["model_type"] = config.model_type;
  inspection["layers"] = config.num_layers;
  inspection["heads"] = config.num_heads;
  inspection["more"] = "at2 inspect " + folder.string() + " looks at the whole model";
  add_check(
      inspection, "architecture", [] {}, "at2 knows it");
  return inspection;
}

/// Keys decide what a file is, so that a copy under another name is known, too.
std::optional<Inspection> inspect_object(const fs::path& path, const Json& json, const std::string& text) {
  if (has_all(json, {"version", "commit", "command", "hosts"})) return provenance_of(path);
  if (has_all(json, {"methods", "counts", "training_loss"})) return metrics_of(path, json);
  if (has_all(json, {"fingerprint", "report", "examples"})) return examples_of(path);
  if (has_all(json, {"place", "source_kind", "examples"})) return timing_of(path, json);
  if (has_all(json, {"response", "sources", "targets", "scores"})) return answer_of(path, json);
  if (has_all(json, {"pid", "process_start", "costs"})) return rank_record_of(path, json);
  if (has_all(json, {"weight_map"})) return weight_map_of(path, text);
  if (has_all(json, {"model", "added_tokens"})) return inspect_tokenizer(path);
  if (has_all(json, {"model_type"}) && path.filename() == "config.json") return model_config_of(path);
  if (path.filename() == "tokenizer_config.json" || path.filename() == "generation_config.json") {
    Inspection inspection = begin_inspection(path, "part of a Hugging Face model folder");
    inspection["more"] = "at2 inspect on the folder looks at the whole model";
    return inspection;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Inspection> inspect_json(const fs::path& path) {
  if (fs::file_size(path) > kLargest) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos || text[begin] != '{') return std::nullopt;
  try {
    const Json json = Json::parse(text);
    return inspect_object(path, json, text);
  } catch (const Json::parse_error& error) {
    // JSON lines have text behind the first object.
    if (path.extension() != ".json") return std::nullopt;
    throw UserError(path.string() + " is broken", std::string("it begins as JSON, but: ") + error.what(),
                    "it may have been cut, or be JSON lines under another name (*.jsonl)");
  } catch (const Json::exception& error) {
    throw UserError(path.string() + " is broken", error.what(), "make it again with the command that wrote it");
  }
}

}  // namespace at2
