#include "app/run_check.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "app/collect.h"
#include "app/examples_file.h"
#include "app/fingerprints.h"
#include "app/inputs.h"
#include "base/errors.h"
#include "base/timer.h"
#include "config/provenance.h"
#include "report/metrics_json.h"
#include "store/checksum.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The mean and count of an estimate in metrics.json, which no choice of at2 report changes.
Json essence(const Json& estimate) {
  if (!estimate.is_object()) return nullptr;
  return {estimate.value("mean", Json()), estimate.value("count", Json())};
}

bool same_means(const Json& row, const Json& wanted) {
  if (essence(row.value("lds", Json())) != essence(wanted.at("lds"))) return false;
  const Json drops = row.value("top_k_drop", Json::object());
  for (const auto& [k, drop] : drops.items()) {
    if (essence(drop) != essence(wanted.at("top_k_drop").value(k, Json()))) return false;
  }
  return true;
}

/// Whether every method in metrics.json has the means of `wanted`: at2 report may have chosen some of them, and drawn
/// other intervals.
bool is_choice_of(const Json& metrics, const Json& wanted) {
  const Json rows = metrics.value("methods", Json::array());
  return std::all_of(rows.begin(), rows.end(), [&](const Json& row) {
    const auto& all = wanted.at("methods");
    return std::any_of(all.begin(), all.end(), [&](const Json& other) {
      return row.value("key", "") == other.at("key") && row.value("sources", "") == other.at("sources") &&
             same_means(row, other);
    });
  });
}

/// Goes through a run folder in the order in which it was filled, so that each part is compared with those before it.
class RunChecker {
 public:
  RunChecker(const fs::path& root, const RunOptions& options) : folder_(root), options_(options) {
    check_.folder = root;
    measure_again_ = "run the same command again, which sets it aside and measures it anew: at2 run " +
                     folder_.config().string() + " --out " + root.string();
  }

  RunCheck run() {
    const Timer timer;
    read_examples_of(Split::train);
    read_examples_of(Split::evaluation);
    read_estimator();
    for (const ShardPlace& place : shard_places(folder_, options_)) {
      check_place(place);
      if (place.kind == "ablations") check_estimator();
    }
    check_text(folder_.provenance(), [&] { static_cast<void>(read_provenance(folder_.provenance())); });
    check_metrics();
    check_.seconds = timer.seconds();
    return std::move(check_);
  }

 private:
  void find(Weight weight, std::string what, std::string what_to_do) {
    check_.findings.push_back({weight, std::move(what), std::move(what_to_do)});
  }

  /// Calls `use()` if the file is there; a fault of it is damage.
  template <class Use>
  void check_text(const fs::path& path, Use use) {
    if (!fs::exists(path)) return;
    try {
      use();
    } catch (const UserError& error) {
      find(Weight::damage, error.what(), "");
    }
  }

  void read_examples_of(Split split) {
    check_text(folder_.examples(split),
               [&] { examples_[split] = fingerprint_of(read_chosen(folder_.examples(split)).examples); });
  }

  /// Its origin tells the model's fingerprint, which nothing else does.
  void read_estimator() {
    try {
      if (fs::exists(folder_.estimator())) {
        estimator_ = load_estimator(folder_.estimator(), "", ModelCheck::accept_any).origin;
      }
    } catch (const UserError&) {
      // Named by check_estimator().
    }
  }

  [[nodiscard]] std::string general_fingerprint() const {
    if (!wants(options_, Method::at2_general)) return "";
    const fs::path path = general_estimator_path(options_);
    return weights_fingerprint(load_estimator(path, "", ModelCheck::accept_any).estimator);
  }

  /// What the shards of a place must have; nothing where it cannot be told.
  [[nodiscard]] std::optional<std::string> expected_fingerprint(const ShardPlace& place) const {
    if (place.kind == "responses") {
      const auto examples = examples_.find(place.split);
      if (!estimator_ || examples == examples_.end()) return std::nullopt;
      return responses_fingerprint(options_, estimator_->model_fingerprint, examples->second);
    }
    const auto responses = prints_.find(place.split == Split::train ? "train" : "evaluation");
    if (responses == prints_.end()) return std::nullopt;
    if (place.kind == "ablations") return ablations_fingerprint(options_, responses->second);
    try {
      const std::string estimator = estimator_ ? estimator_->fingerprint : "";
      if (learns(options_) && !estimator_) return std::nullopt;
      const std::string general = general_fingerprint();
      if (place.kind != "scores") return prune_fingerprint(options_, responses->second, estimator, general);
      return scores_fingerprint(options_, responses->second, estimator, general,
                                fingerprints_of(other_estimators(options_, "", ModelCheck::accept_any)));
    } catch (const UserError&) {
      // Estimators of elsewhere may be gone.
      return std::nullopt;
    }
  }

  void check_place(const ShardPlace& place) {
    const FolderContents contents = contents_of(place.folder);
    CheckedPlace checked;
    checked.title = place.title();
    checked.claims = std::ssize(contents.claims);
    checked.writing = std::ssize(contents.writing);
    checked.leftovers = std::ssize(contents.leftovers);
    checked.set_aside = std::ssize(contents.set_aside);
    std::optional<ShardHeader> expected;
    for (const std::int64_t chunk : contents.finished) check_shard(place, chunk, expected, checked);
    if (expected) {
      checked.total = expected->num_chunks;
      prints_[place.kind == "responses" ? to_text(place.split) : place.kind] = expected->fingerprint;
    }
    note_missing(place, checked);
    check_.places.push_back(std::move(checked));
  }

  /// \param expected  made from the first whole shard
  void check_shard(const ShardPlace& place, std::int64_t chunk, std::optional<ShardHeader>& expected,
                   CheckedPlace& checked) {
    const fs::path path = shard_path(place.folder, chunk);
    if (!check_bytes(path, checked)) return;
    try {
      const ShardHeader header = ShardReader(path).header();
      if (!expected) {
        expected = header;
        expected->kind = place.kind;
        expected->schema_version = schema_version_of(place.kind);
        expected->fingerprint = expected_fingerprint(place).value_or(header.fingerprint);
      }
      require_header(path, header, *expected, options_.store.allow_device_mix ? DeviceMix::allow : DeviceMix::refuse);
      if (header.chunk == chunk && chunk < header.num_chunks) return;
      throw UserError(path.string() + " is not chunk " + std::to_string(chunk),
                      "its header says " + std::to_string(header.chunk) + " of " + std::to_string(header.num_chunks),
                      "delete this file and run the same command again");
    } catch (const UserError& error) {
      ++checked.damaged;
      find(Weight::damage, error.what(), "");
    }
  }

  /// Counts a file. \return whether it is whole
  bool check_bytes(const fs::path& path, CheckedPlace& checked) {
    ++checked.files;
    try {
      const FileCheck file = check_file(path);
      checked.bytes += file.bytes;
      if (file.state == Wholeness::without_checksum) ++checked.without_checksum;
      if (file.state != Wholeness::damaged) return true;
      find(Weight::damage, path.string() + " is damaged (" + file.why + ")", measure_again_);
    } catch (const UserError& error) {
      find(Weight::damage, error.what(), "");
    }
    ++checked.damaged;
    return false;
  }

  void note_missing(const ShardPlace& place, const CheckedPlace& checked) {
    const std::int64_t missing = checked.total.value_or(0) - checked.files;
    if (missing > 0) {
      find(Weight::notice,
           place.folder.string() + ": " + std::to_string(missing) + " of " + std::to_string(*checked.total) +
               " chunks are missing",
           "at2 status " + folder_.root().string() + " tells whether a process is at it");
    }
    complete_ = complete_ && checked.total && missing == 0 && checked.damaged == 0;
  }

  void check_estimator() {
    CheckedPlace checked;
    checked.title = "train";
    checked.total = 2;
    const bool has_estimator = fs::exists(folder_.estimator());
    const bool has_training = fs::exists(folder_.training());
    if (has_estimator && check_bytes(folder_.estimator(), checked)) compare_estimator(checked);
    if (has_training) check_bytes(folder_.training(), checked);
    if (has_estimator != has_training) {
      find(Weight::damage, (has_estimator ? folder_.training() : folder_.estimator()).string() + " is missing",
           "it is written with the other one; run at2 train with the same config again");
    }
    complete_ = complete_ && has_estimator && has_training;
    check_.places.push_back(std::move(checked));
  }

  void compare_estimator(CheckedPlace& checked) {
    check_text(folder_.estimator(), [&] {
      const auto origin = load_estimator(folder_.estimator(), "", ModelCheck::accept_any).origin;
      const auto ablations = prints_.find("ablations");
      if (ablations == prints_.end()) return;
      const std::string wanted = estimator_fingerprint(options_, ablations->second);
      if (origin.fingerprint == wanted) return;
      ++checked.damaged;
      throw UserError(folder_.estimator().string() + " does not belong to " + folder_.ablations().string(),
                      "its fingerprint is " + origin.fingerprint + ", that of one trained on them is " + wanted,
                      "delete it and run at2 train with the same config");
    });
  }

  /// All that is shown follows from what was measured: it is made anew and compared.
  void check_metrics() {
    const fs::path path = folder_.root() / "metrics.json";
    const std::string again = "at2 report " + folder_.config().string() + " --out " + folder_.root().string();
    if (!fs::exists(path)) {
      if (complete_) find(Weight::notice, path.string() + " is missing", again);
      return;
    }
    if (!complete_) return;
    check_text(path, [&] {
      std::ifstream file(path);
      const Json there = without_timing(Json::parse(file, nullptr, false));
      const Json wanted = without_timing(metrics_json(collect_run(folder_.root(), options_, selection_of(options_))));
      if (there == wanted) return;
      if (there.is_object() && is_choice_of(there, wanted)) {
        find(Weight::notice, path.string() + " shows a choice of what was measured", "for all of it: " + again);
        return;
      }
      throw UserError(path.string() + " does not belong to the measurements beside it",
                      there.is_object() ? "made anew from them, it has other values" : "it is not JSON",
                      "make it again: " + again);
    });
  }

  RunFolder folder_;
  const RunOptions& options_;
  std::string measure_again_;
  RunCheck check_;
  /// Fingerprints of the examples, and of the shards by kind; responses by set.
  std::map<Split, std::string> examples_;
  std::map<std::string, std::string> prints_;
  std::optional<EstimatorOrigin> estimator_;
  bool complete_ = true;
};

}  // namespace

bool RunCheck::is_sound() const {
  return std::none_of(findings.begin(), findings.end(), [](const Finding& f) { return f.weight == Weight::damage; });
}

RunCheck check_run(const fs::path& folder) {
  const RunOptions options = options_of_run(folder);
  return RunChecker(folder, options).run();
}

}  // namespace at2
