#include <ATen/ATen.h>

#include <algorithm>
#include <set>

#include "app/fingerprints.h"
#include "app/inspect_parts.h"
#include "base/errors.h"
#include "config/enum_text.h"
#include "store/checksum.h"
#include "store/shard_folder.h"
#include "train/score_estimator.h"
#include "train/sparse_heads.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

void add_header(Inspection& inspection, const ShardHeader& header) {
  inspection["holds"] = header.kind;
  inspection["fingerprint"] = header.fingerprint;
  inspection["schema_version"] = header.schema_version;
  inspection["device"] = header.device;
  inspection["dtype"] = header.dtype;
  inspection["instruction_set"] = header.instruction_set;
}

/// A dataset as {"dataset", "type", "shape"}; its shape is that of the text where it is one.
Inspection dataset_line(const Hdf5Reader& file, const std::string& group, const std::string& name) {
  const std::string object = group + "/" + name;
  try {
    const StoredRows rows = file.rows(object);
    return {{"dataset", name}, {"type", c10::toString(rows.dtype)}, {"shape", rows.shape}};
  } catch (const UserError&) {
    // Not a tensor: a text, a list of texts, or a group.
  }
  try {
    const auto texts = file.read_texts(object);
    return {{"dataset", name}, {"type", "text"}, {"shape", {texts.size()}}};
  } catch (const UserError&) {
    return {{"dataset", name + "/"}, {"type", "group"}, {"shape", {file.children(object).size()}}};
  }
}

void add_examples(Inspection& inspection, const ShardReader& shard) {
  const auto groups = shard.has("examples") ? shard.children("examples") : std::vector<std::string>{};
  inspection["examples"] = groups.size();
  std::int64_t skipped = 0;
  std::string shown;
  for (const std::string& name : groups) {
    const std::string group = "examples/" + name;
    if (!shard.text_attribute(group, "skipped").empty()) {
      ++skipped;
    } else if (shown.empty()) {
      shown = group;
    }
  }
  inspection["skipped"] = skipped;
  if (shown.empty()) return;
  inspection["first_example"] = shard.text_attribute(shown, "id");
  Inspection datasets = Inspection::array();
  for (const std::string& name : shard.children(shown)) datasets.push_back(dataset_line(shard, shown, name));
  inspection["datasets_of_the_first_example"] = std::move(datasets);
}

bool has_header(const Hdf5Reader& file) {
  try {
    return !file.text_attribute("/", "kind").empty();
  } catch (const UserError&) {
    return false;
  }
}

Inspection inspect_shard(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "shard");
  const ShardReader shard(path);
  add_header(inspection, shard.header());
  inspection["chunk"] = shard.header().chunk;
  inspection["chunks_of_the_stage"] = shard.header().num_chunks;
  add_checksum_check(inspection, path);
  add_check(
      inspection, "examples", [&] { add_examples(inspection, shard); }, "they can be read");
  const bool is_known = shard.header().schema_version == schema_version_of(shard.header().kind);
  inspection["checks"].push_back({{"what", "schema version"},
                                  {"ok", is_known},
                                  {"detail", is_known ? "the one of this program" : "of another version of at2"}});
  return inspection;
}

/// The heads with the largest weights.
Inspection strongest_heads(const ScoreEstimator& estimator) {
  constexpr std::int64_t kShown = 5;
  const at::Tensor weights = estimator.weight();
  const auto [values, order] = weights.abs().topk(std::min(kShown, weights.numel()));
  Inspection heads = Inspection::array();
  for (std::int64_t i = 0; i < order.numel(); ++i) {
    const auto f = order[i].item<std::int64_t>();
    const std::int64_t column = f / estimator.num_heads();
    Inspection head = {{"layer", column % estimator.num_layers()}, {"head", f % estimator.num_heads()}};
    if (estimator.features().size() > 1) {
      head["feature"] = to_text(estimator.features()[static_cast<std::size_t>(column / estimator.num_layers())]);
    }
    head["coefficient"] = weights[f].item<float>();
    heads.push_back(std::move(head));
  }
  return heads;
}

Inspection inspect_estimator(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "estimator");
  const StoredEstimator stored = load_estimator(path, "", ModelCheck::accept_any);
  const EstimatorOrigin& origin = stored.origin;
  inspection["fingerprint"] = origin.fingerprint;
  inspection["for_model"] = origin.model_name;
  inspection["model_fingerprint"] = origin.model_fingerprint;
  inspection["made_by"] = "at2 " + origin.version;
  inspection["trained_on"] = origin.dataset;
  inspection["sources"] = origin.sources;
  inspection["examples"] = origin.num_examples;
  inspection["targets"] = origin.num_targets;
  inspection["ablations_of_each"] = origin.num_ablations;
  inspection["steps"] = origin.steps;
  if (origin.prior_strength != 0) inspection["prior_strength"] = origin.prior_strength;
  if (!origin.prior_candidates.empty()) inspection["prior_chosen_of"] = origin.prior_candidates;
  inspection["theta"] = {{"layers", stored.estimator.num_layers()}, {"heads", stored.estimator.num_heads()}};
  const std::int64_t all_heads = stored.estimator.num_layers() * stored.estimator.num_heads();
  if (const auto weighed = std::ssize(weighed_heads(stored.estimator)); weighed < all_heads) {
    inspection["theta"]["weighed"] = std::to_string(weighed) + " of " + std::to_string(all_heads) + " heads";
  }
  for (const Feature feature : stored.estimator.features()) inspection["features"].push_back(to_text(feature));
  inspection["strongest_heads"] = strongest_heads(stored.estimator);
  add_checksum_check(inspection, path);
  add_check(
      inspection, "weights", [] {}, "finite");
  return inspection;
}

Inspection inspect_training(const fs::path& path, const Hdf5Reader& file) {
  Inspection inspection = begin_inspection(path, "record of a training");
  const at::Tensor loss = file.read("loss").to(at::kDouble);
  inspection["steps"] = loss.numel();
  if (loss.numel() > 0) {
    inspection["first_loss"] = loss[0].item<double>();
    inspection["last_loss"] = loss[loss.numel() - 1].item<double>();
  }
  add_checksum_check(inspection, path);
  return inspection;
}

}  // namespace

Inspection inspect_hdf5(const fs::path& path) {
  const Hdf5Reader file(path);
  if (file.has("theta")) return inspect_estimator(path);
  if (file.has("loss") && file.has("gradient_norm")) return inspect_training(path, file);
  if (file.has("examples") || has_header(file)) return inspect_shard(path);
  std::string names;
  for (const std::string& name : file.children("/")) names += (names.empty() ? "" : ", ") + name;
  throw UserError("at2 has no use for " + path.string(),
                  "it seems to be an HDF5 file of another program, with " + (names.empty() ? "nothing in it" : names),
                  "name a shard, an estimator.h5 or a training.h5");
}

Inspection inspect_shard_folder(const fs::path& path) {
  Inspection inspection = begin_inspection(path, "folder of shards");
  const FolderContents contents = contents_of(path);
  std::set<std::string> fingerprints;
  std::int64_t total = 0;
  inspection["checks"] = Inspection::array();
  add_check(
      inspection, "headers",
      [&] {
        for (const std::int64_t chunk : contents.finished) {
          const ShardHeader header = ShardReader(shard_path(path, chunk)).header();
          if (fingerprints.empty()) add_header(inspection, header);
          fingerprints.insert(header.fingerprint);
          total = header.num_chunks;
        }
        if (fingerprints.size() < 2) return;
        throw UserError("the shards do not belong together", std::to_string(fingerprints.size()) + " fingerprints",
                        "keep the shards of each run in a folder of their own");
      },
      "all belong together");
  inspection["shards"] = contents.finished.size();
  inspection["missing"] = total - std::ssize(contents.finished);
  inspection["set_aside_as_damaged"] = contents.set_aside.size();
  inspection["claims"] = contents.claims.size();
  const ShardCheck check = check_shards(path);
  for (const DamagedShard& shard : check.damaged) {
    inspection["checks"].push_back(
        {{"what", "checksum"}, {"ok", false}, {"detail", shard_path(path, shard.chunk).string() + ": " + shard.why}});
  }
  if (check.damaged.empty()) {
    inspection["checks"].push_back({{"what", "checksums"}, {"ok", true}, {"detail", "of all shards"}});
  }
  return inspection;
}

}  // namespace at2
