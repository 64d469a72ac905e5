#include "app/collect.h"

#include <algorithm>

#include "app/examples_file.h"
#include "app/lds_estimators.h"
#include "app/measured_scores.h"
#include "app/prune_view.h"
#include "app/score_rows.h"
#include "app/session.h"
#include "app/tensor_values.h"
#include "app/timing_view.h"
#include "base/errors.h"
#include "config/enum_text.h"
#include "config/load.h"
#include "config/provenance.h"
#include "data/formats.h"
#include "report/format.h"
#include "store/hdf5_reader.h"
#include "train/score_estimator.h"

namespace at2 {
namespace {

/// theta and how it was learned, where the run has learned one.
void add_training(const RunFolder& folder, RunResults& results) {
  if (!std::filesystem::exists(folder.estimator())) return;
  const StoredEstimator stored = load_estimator(folder.estimator(), "", ModelCheck::accept_any);
  const at::Tensor theta = stored.estimator.weight();
  results.theta = ThetaView{stored.estimator.num_layers(),
                            stored.estimator.num_heads(),
                            {theta.const_data_ptr<float>(), theta.const_data_ptr<float>() + theta.numel()}};
  for (const Feature feature : stored.estimator.features()) results.theta->features.emplace_back(to_text(feature));
  results.counts.training_examples = stored.origin.num_examples;
  results.counts.training_targets = stored.origin.num_targets;
  results.training_loss = numbers_of(Hdf5Reader(folder.training()).read("loss"));
  results.origin.model_fingerprint = stored.origin.model_fingerprint;
  results.origin.estimator_fingerprint = stored.origin.fingerprint;
  const std::string departure = departure_from_paper(trained_with(stored));
  if (!departure.empty()) results.notes.push_back(departure);
}

void add_provenance(const RunFolder& folder, RunResults& results) {
  const auto provenance = read_provenance(folder.provenance());
  if (!provenance) return;
  if (results.model.empty()) results.model = provenance->model;
  for (const DatasetUse& use : provenance->datasets) {
    for (const auto& [reason, count] : use.dropped) results.counts.skipped[reason] += count;
  }
  for (const StageCost& cost : provenance->stages) {
    results.stages.push_back({cost.stage, cost.seconds, static_cast<double>(cost.forward_passes),
                              static_cast<double>(cost.backward_passes)});
  }
  results.origin.provenance = provenance;
}

/// What the run was made with, whatever is shown of it.
void add_config(const RunFolder& folder, const RunOptions& shown, RunResults& results) {
  const RunOptions options = std::filesystem::exists(folder.config()) ? load_options(folder.config()) : shown;
  results.origin.config = dump_options(options);
  results.origin.seed = options.seed;
}

/// Of an example by its id, whose first part names the format where that gave it ("hotpotqa-5a8b"); else the set's.
std::string data_set_of(const std::string& id, const std::string& title) {
  const auto format = from_text<DatasetFormat>(std::string_view(id).substr(0, id.find('-')));
  if (!format || *format == DatasetFormat::jsonl) return title;
  DatasetOptions options;
  options.format = *format;
  return dataset_title(options);
}

/// LDS of the linear surrogate fitted to each example alone, on the most ablations there are, as a ceiling for all
/// methods that add up scores of sources.
std::optional<std::string> ceiling_note(const std::vector<MethodRow>& rows, const std::string& sources) {
  const std::string start = std::string(to_text(Method::esm)) + "_";
  const MethodRow* ceiling = nullptr;
  std::int64_t most = 0;
  for (const MethodRow& row : rows) {
    if (row.sources != sources || !row.key.starts_with(start) || !row.lds) continue;
    const std::int64_t ablations = std::stoll(row.key.substr(start.size()));
    if (ablations > most) {
      most = ablations;
      ceiling = &row;
    }
  }
  if (ceiling == nullptr) return std::nullopt;
  return "Linear ceiling of the LDS, " + sources + " sources: " + with_error(ceiling->lds, 3) + ", that of " +
         ceiling->method +
         " – the surrogate fitted to each example alone on the most ablations measured, and scored on others.";
}

void add_scores(const std::filesystem::path& folder, const RunOptions& options, const ResultSelection& selection,
                RunResults& results) {
  MeasuredScores scores = read_scores(folder, selection, options.seed);
  const Resampling resampling{selection.bootstrap_samples, selection.confidence, options.seed};
  std::int64_t masks = 0;
  std::int64_t shared = 0;
  for (const MeasuredKind& kind : scores.kinds) {
    for (MethodRow& row : score_rows(kind, resampling)) results.rows.push_back(std::move(row));
    masks += kind.lds_masks;
    shared += kind.shared_masks;
    if (auto note = ceiling_note(results.rows, std::string(to_text(kind.kind)))) results.notes.push_back(*note);
  }
  if (shared > 0) {
    results.notes.push_back(std::to_string(shared) + " of " + std::to_string(masks) +
                            " evaluation masks were also among those that ESM was fitted on.");
  }
  results.counts.evaluation_examples = scores.examples;
  results.counts.evaluation_targets = scores.targets;
  results.counts.skipped = std::move(scores.skipped);
  results.examples = std::move(scores.views);
  for (ExampleView& view : results.examples) {
    const bool mixed = options.data.evaluation.format == DatasetFormat::jsonl;
    view.data_set = mixed ? data_set_of(view.id, results.evaluation_set) : results.evaluation_set;
  }
}

/// Says where theta was measured on what it has seen.
void add_overlap(const RunFolder& folder, RunResults& results) {
  try {
    const ChosenExamples train = read_chosen(folder.examples(Split::train));
    const std::string overlap = overlap_text(train.examples, read_chosen(folder.examples(Split::evaluation)).examples);
    if (!overlap.empty()) results.notes.push_back(overlap + ".");
  } catch (const UserError&) {
    // Of a run that only trains or only evaluates there is one file; damage is for at2 verify to name.
    return;
  }
}

bool has_row(const RunResults& results, Method method) {
  return std::any_of(results.rows.begin(), results.rows.end(),
                     [&](const MethodRow& row) { return row.key == to_text(method); });
}

}  // namespace

RunOptions options_of_run(const std::filesystem::path& folder) {
  const std::filesystem::path config = RunFolder(folder).config();
  if (!std::filesystem::exists(config)) {
    throw UserError(folder.string() + " is not a run folder", "it has no config.yaml",
                    "name a folder that at2 run has written");
  }
  return load_options(config);
}

RunResults collect_run(const std::filesystem::path& folder, const RunOptions& options,
                       const ResultSelection& selection) {
  RunResults results;
  results.name = options.name;
  results.task = to_text(options.task);
  results.model = options.model.title;
  if (!options.data.train.path.empty()) results.training_set = dataset_title(options.data.train);
  results.evaluation_set = dataset_title(options.data.evaluation);
  results.confidence = selection.confidence;
  if (!options.evaluate.sources.empty()) add_scores(folder, options, selection, results);
  RunOptions resampled = options;
  resampled.evaluate.bootstrap_samples = selection.bootstrap_samples;
  results.prune = read_prune(folder, resampled);
  results.timing = read_timing(folder);
  add_provenance(RunFolder(folder), results);
  add_config(RunFolder(folder), options, results);
  add_training(RunFolder(folder), results);
  add_overlap(RunFolder(folder), results);
  if (has_row(results, Method::at2_general)) {
    results.notes.push_back("AT2 (general) takes its coefficients from " + options.evaluate.general_estimator + ".");
  }
  return results;
}

}  // namespace at2
