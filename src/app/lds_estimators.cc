#include "app/lds_estimators.h"

#include <algorithm>
#include <set>

#include "app/collect.h"
#include "app/examples_file.h"
#include "app/fingerprints.h"
#include "app/inputs.h"
#include "app/session.h"
#include "base/errors.h"
#include "config/enum_text.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

fs::path estimator_file(const std::string& word) {
  const fs::path file = estimator_path(word);
  if (!fs::is_directory(word) || fs::exists(file)) return file;
  throw UserError(word + " has no estimator", "there is no " + file.filename().string() + " in this folder",
                  "run at2 train there first, or name another run folder or an estimator.h5");
}

/// Of its run folder, else of the file.
std::string plain_name(const fs::path& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  const RunFolder folder(whole.parent_path());
  const bool of_run = whole == folder.estimator() && fs::exists(folder.config());
  return (of_run ? whole.parent_path().filename() : whole.stem()).string();
}

void name_apart(std::vector<LdsEstimator>& estimators, std::span<const std::string> words) {
  std::multiset<std::string> names;
  for (const LdsEstimator& estimator : estimators) names.insert(estimator.name);
  std::set<std::string> taken;
  for (std::size_t index = 0; index < estimators.size(); ++index) {
    if (names.count(estimators[index].name) > 1) estimators[index].name = words[index];
    if (taken.insert(estimators[index].name).second) continue;
    throw UserError("the estimator " + words[index] + " is named twice", "rows are told apart by their names",
                    "name it once");
  }
}

/// The digest that shards of responses would have with the estimator's model and the run's examples; nothing where the
/// run has no such shards or examples.
class ResponsesCheck {
 public:
  explicit ResponsesCheck(const fs::path& run_folder) : folder_(run_folder) {
    const FolderContents shards = contents_of(folder_.responses(Split::evaluation));
    if (shards.finished.empty() || !fs::exists(folder_.examples(Split::evaluation))) return;
    found_ =
        ShardReader(shard_path(folder_.responses(Split::evaluation), shards.finished.front())).header().fingerprint;
    examples_ = fingerprint_of(read_chosen(folder_.examples(Split::evaluation)).examples);
    options_ = options_of_run(run_folder);
  }

  void require(const LdsEstimator& estimator) const {
    if (found_.empty()) return;
    const EstimatorOrigin& origin = estimator.stored.origin;
    if (responses_fingerprint(options_, origin.model_fingerprint, examples_) == found_) return;
    throw UserError(estimator.path.string() + " belongs to another model",
                    "it was trained on " + origin.model_name + " with fingerprint " + origin.model_fingerprint +
                        ", the responses in " + folder_.root().string() + " are not of this model",
                    "name estimators of the model that was evaluated there");
  }

 private:
  RunFolder folder_;
  std::string found_;
  std::string examples_;
  RunOptions options_;
};

}  // namespace

std::vector<LdsEstimator> load_lds_estimators(std::span<const std::string> words) {
  std::vector<LdsEstimator> estimators;
  for (const std::string& word : words) {
    const fs::path path = estimator_file(word);
    estimators.push_back({plain_name(path), path, load_estimator(path, "", ModelCheck::accept_any)});
  }
  name_apart(estimators, words);
  return estimators;
}

TrainedWith trained_with(const StoredEstimator& stored) {
  const ScoreEstimator& estimator = stored.estimator;
  TrainedWith trained;
  for (const Feature feature : estimator.features()) trained.features.emplace_back(to_text(feature));
  trained.prior_strength = stored.origin.prior_strength;
  trained.prior_candidates = stored.origin.prior_candidates;
  trained.examples = stored.origin.num_examples;
  trained.ablations = stored.origin.num_ablations;
  trained.heads = estimator.num_layers() * estimator.num_heads();
  // A head counts once, whatever number of its features has a coefficient.
  const at::Tensor weight_Bf = estimator.weight().view({-1, trained.heads});
  trained.nonzero_heads = weight_Bf.ne(0).any(0).sum().item<std::int64_t>();
  return trained;
}

void require_model_of_run(const fs::path& run_folder, std::span<const LdsEstimator> estimators) {
  const RunFolder folder(run_folder);
  if (fs::exists(folder.estimator())) {
    const std::string own = load_estimator(folder.estimator(), "", ModelCheck::accept_any).origin.model_fingerprint;
    for (const LdsEstimator& estimator : estimators) static_cast<void>(load_estimator(estimator.path, own));
    return;
  }
  const ResponsesCheck responses(run_folder);
  for (const LdsEstimator& estimator : estimators) responses.require(estimator);
}

}  // namespace at2
