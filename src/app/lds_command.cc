#include "app/lds_command.h"

#include <algorithm>
#include <ostream>
#include <set>

#include "app/collect.h"
#include "app/estimator_lds.h"
#include "app/held_out_lds.h"
#include "base/atomic_file.h"
#include "base/errors.h"
#include "base/nearest_word.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "data/formats.h"
#include "report/figures.h"
#include "report/format.h"
#include "report/write.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

const MeasuredMethod& baseline_row(const MeasuredKind& kind, const std::optional<std::string>& name) {
  if (!name) return kind.methods.front();
  std::vector<std::string_view> keys;
  std::string list;
  for (const MeasuredMethod& method : kind.methods) {
    if (method.key == *name) return method;
    keys.emplace_back(method.key);
    list.append(list.empty() ? "" : ", ").append(method.key);
  }
  throw UserError("no row is called " + *name + ", which --baseline asks for", "rows: " + list,
                  did_you_mean(*name, keys, "name one of these"));
}

/// \throws UserError if a drawing would be of a single place
void check_amounts(const std::vector<LdsEstimator>& estimators, Against against) {
  std::set<std::int64_t> amounts;
  for (const LdsEstimator& estimator : estimators) amounts.insert(amount_of(trained_with(estimator.stored), against));
  if (amounts.size() > 1 && *amounts.begin() > 0) return;
  const std::string word = against_word(against);
  throw UserError(
      "there is no curve against " + word,
      amounts.size() > 1 ? "an estimator has none" : "all estimators have " + std::to_string(*amounts.begin()),
      "name estimators that were trained with different numbers of " + word + ", or leave out --against");
}

/// The title of its data set, and where others have the same, the run as it was typed.
std::vector<std::string> titles_of(const LdsRequest& request, const std::vector<RunOptions>& options) {
  std::vector<std::string> plain;
  for (const RunOptions& run : options) {
    plain.push_back(request.held_out ? dataset_title(run.data.train) + ", held-out training examples"
                                     : dataset_title(run.data.evaluation));
  }
  std::vector<std::string> titles = plain;
  for (std::size_t run = 0; run < plain.size(); ++run) {
    if (std::count(plain.begin(), plain.end(), plain[run]) > 1) titles[run] += " (" + request.runs[run] + ")";
  }
  return titles;
}

std::vector<LdsGroup> measure(const LdsRequest& request, const std::vector<LdsEstimator>& estimators) {
  std::vector<RunOptions> options;
  for (const std::string& run : request.runs) {
    options.push_back(options_of_run(run));
    require_model_of_run(run, estimators);
  }
  const std::vector<std::string> titles = titles_of(request, options);
  std::vector<LdsGroup> groups;
  for (std::size_t run = 0; run < options.size(); ++run) {
    const Resampling resampling{options[run].evaluate.bootstrap_samples, kConfidence, options[run].seed};
    if (request.held_out) {
      const HeldOut held_out{request.runs[run], options[run].ablate,
                             fs::path(options[run].data.train.path).filename().string(), *request.held_out};
      const MeasuredKind kind = lds_of_held_out(held_out, estimators, request.methods);
      groups.push_back(lds_group(kind, estimators, titles[run], request.baseline, resampling));
      continue;
    }
    for (const MeasuredKind& kind :
         lds_of_estimators(request.runs[run], estimators, {request.sources, request.methods})) {
      groups.push_back(lds_group(kind, estimators, titles[run], request.baseline, resampling));
    }
  }
  return groups;
}

bool has_curve(const LdsGroup& group) {
  return std::any_of(group.rows.begin(), group.rows.end(), [](const LdsRow& row) { return row.trained && row.lds; });
}

void write_files(const std::vector<LdsGroup>& groups, std::optional<Against> against, const fs::path& folder) {
  make_folder(folder);
  replace_file(folder / "lds.csv", csv_table(lds_records(groups)));
  replace_file(folder / "lds.md", lds_markdown(groups));
  if (!against) return;
  for (const LdsGroup& group : groups) {
    if (!has_curve(group)) continue;
    const std::string name = "lds_" + against_word(*against) + "_" + slug(group.evaluation) + "_" + group.sources;
    replace_file(folder / (name + ".svg"), standalone_svg(line_chart(lds_curve(group, *against))));
  }
}

}  // namespace

LdsGroup lds_group(const MeasuredKind& kind, std::span<const LdsEstimator> estimators, const std::string& evaluation,
                   const std::optional<std::string>& baseline, const Resampling& resampling) {
  const MeasuredMethod& compared = baseline_row(kind, baseline);
  LdsGroup group{evaluation, std::string(to_text(kind.kind)), {}};
  for (const MethodRow& measured : rows_over(kind, &compared, resampling)) {
    const std::size_t index = group.rows.size();
    LdsRow row;
    row.evaluation = evaluation;
    row.sources = group.sources;
    row.name = measured.method;
    if (index < estimators.size()) {
      row.trained = trained_with(estimators[index].stored);
    } else {
      row.method_key = measured.key;
    }
    row.lds = measured.lds;
    row.difference = measured.lds_over_at2;
    row.baseline = compared.title;
    group.rows.push_back(std::move(row));
  }
  return group;
}

void lds_command(const LdsRequest& request, Environment& environment, std::ostream& out) {
  agreed(environment.communicator(), [&] {
    if (environment.communicator().rank() != 0) return;
    const std::vector<LdsEstimator> estimators = load_lds_estimators(request.estimators);
    if (request.against) check_amounts(estimators, *request.against);
    const std::vector<LdsGroup> groups = measure(request, estimators);
    out << lds_text(groups);
    if (request.out) write_files(groups, request.against, *request.out);
    out << std::flush;
  });
}

}  // namespace at2
