#include "app/collect.h"
#include "app/inputs.h"
#include "app/inspect_parts.h"
#include "app/run_layout.h"
#include "app/run_status.h"
#include "base/errors.h"
#include "config/enum_text.h"
#include "config/keys.h"
#include "config/load.h"
#include "config/provenance.h"
#include "data/data_files.h"
#include "model/pretrained.h"
#include "store/checksum.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

void add_stages(Inspection& inspection, const RunStatus& status) {
  Inspection stages = Inspection::array();
  for (const StageStatus& stage : status.stages) {
    stages.push_back({{"stage", stage.title},
                      {"state", to_text(stage.state)},
                      {"done", stage.done},
                      {"total", stage.total ? Inspection(*stage.total) : Inspection(nullptr)},
                      {"set_aside", stage.set_aside}});
  }
  inspection["stages"] = std::move(stages);
  inspection["processes_at_work"] =
      std::count_if(status.processes.begin(), status.processes.end(),
                    [](const ProcessStatus& process) { return process.life == Life::alive; });
}

void add_provenance(Inspection& inspection, const fs::path& file) {
  const auto provenance = read_provenance(file);
  if (!provenance) return;
  inspection["made_by"] = "at2 " + provenance->version + " (" + provenance->commit + ")";
  inspection["ranks"] = provenance->ranks;
  inspection["hosts"] = provenance->hosts;
  inspection["devices"] = provenance->devices;
  inspection["started"] = provenance->started;
  inspection["ended"] = provenance->ended;
}

void add_options(Inspection& inspection, const RunOptions& options) {
  inspection["name"] = options.name;
  inspection["task"] = to_text(options.task);
  inspection["model"] = options.model.path;
  inspection["train"] = options.data.train.path;
  inspection["evaluation"] = options.data.evaluation.path;
  inspection["seed"] = options.seed;
}

/// One shard of each kind tells what all depend on.
void add_fingerprints(Inspection& inspection, const RunFolder& folder, const RunOptions& options) {
  Inspection prints = Inspection::object();
  for (const ShardPlace& place : shard_places(folder, options)) {
    const FolderContents contents = contents_of(place.folder);
    if (contents.finished.empty()) continue;
    const ShardHeader header = ShardReader(shard_path(place.folder, contents.finished.front())).header();
    prints[place.title()] = header.fingerprint;
  }
  if (!prints.empty()) inspection["fingerprints"] = std::move(prints);
}

/// Whether what the config names is there, seen from the current folder.
void add_input_checks(Inspection& inspection, const RunOptions& options) {
  add_check(
      inspection, "model", [&] { static_cast<void>(resolve_model_path(options.model.path)); },
      options.model.path + " is there");
  for (const DatasetOptions* set : {&options.data.train, &options.data.evaluation}) {
    if (set->path.empty()) continue;
    add_check(
        inspection, "data", [&] { static_cast<void>(data_files(set->path)); }, set->path + " is there");
  }
}

/// "evaluate.top_k" -> "[1, 3]"
Inspection resolved_keys(const RunOptions& options) {
  Inspection keys = Inspection::object();
  for (const Key& key : all_keys()) keys[key.path] = to_yaml(key.value(options));
  return keys;
}

}  // namespace

Inspection inspect_run_folder(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "run folder");
  const RunOptions options = options_of_run(path);
  const RunFolder folder(path);
  add_options(inspection, options);
  inspection["checks"] = Inspection::array();
  add_check(inspection, "provenance", [&] { add_provenance(inspection, folder.provenance()); });
  add_check(
      inspection, "shards", [&] { add_fingerprints(inspection, folder, options); }, "the first of each kind opens");
  if (fs::exists(folder.estimator())) {
    add_check(
        inspection, "estimator", [&] { require_undamaged(folder.estimator()); }, "whole");
  }
  add_stages(inspection, status_of(path));
  inspection["more"] = "at2 verify " + path.string() + " reads and compares every file";
  return inspection;
}

Inspection inspect_config(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "config");
  const RunOptions options = load_options(path);
  const auto changed = differences(RunOptions{}, options);
  inspection["name"] = options.name;
  Inspection list = Inspection::array();
  for (const Difference& difference : changed) {
    list.push_back({{"key", difference.key}, {"value", difference.want}, {"default", difference.have}});
  }
  inspection["other_than_default"] = std::move(list);
  inspection["resolved"] = resolved_keys(options);
  add_check(
      inspection, "config", [] {}, "every key and value is possible");
  add_input_checks(inspection, options);
  return inspection;
}

}  // namespace at2
