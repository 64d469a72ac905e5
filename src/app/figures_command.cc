#include "app/figures_command.h"

#include <algorithm>
#include <iterator>
#include <ostream>

#include "app/collect.h"
#include "base/errors.h"
#include "comm/agree.h"
#include "config/enum_text.h"
#include "report/study.h"
#include "report/table.h"

namespace at2 {
namespace {

ResultSelection selection_of(const FiguresRequest& request) {
  ResultSelection selection;
  selection.methods = request.methods;
  selection.sources = request.sources;
  selection.top_k = request.top_k;
  // Runs differ in what can be measured: not all data sets have passages, not all models a theta from elsewhere.
  selection.unmeasured = Unmeasured::skip;
  selection.max_examples = request.max_examples;
  selection.confidence = request.interval;
  selection.bootstrap_samples = request.bootstrap_samples;
  return selection;
}

/// \throws UserError if something was asked for that no run has
void check_all_found(const FiguresRequest& request, const std::vector<RunResults>& runs) {
  const auto some_row = [&](const auto& is_wanted) {
    return std::any_of(runs.begin(), runs.end(),
                       [&](const RunResults& run) { return std::any_of(run.rows.begin(), run.rows.end(), is_wanted); });
  };
  const auto refuse = [](const std::string& what) {
    throw UserError(what + " was not measured in any of the runs", "at2 figures shows what at2 evaluate has stored",
                    "leave it out, or name a run that has it");
  };
  for (const std::string& word : request.methods) {
    if (!some_row([&](const MethodRow& row) { return is_meant(word, row.key); })) refuse("the method " + word);
  }
  for (const SourceKind kind : request.sources) {
    const std::string word(to_text(kind));
    if (!some_row([&](const MethodRow& row) { return row.sources == word; })) refuse("the kind of sources " + word);
  }
}

/// The k that was asked for, else 5 where all runs have it, else the largest that all have.
std::vector<std::int64_t> drawn_top_k(const FiguresRequest& request, const std::vector<RunResults>& runs) {
  if (!request.top_k.empty()) return request.top_k;
  std::optional<std::vector<std::int64_t>> common;
  for (const RunResults& run : runs) {
    for (const std::string& kind : source_kinds(run)) {
      const std::vector<std::int64_t> ks = drop_ks(run, kind);
      std::vector<std::int64_t> both;
      if (common) std::set_intersection(common->begin(), common->end(), ks.begin(), ks.end(), std::back_inserter(both));
      common = common ? both : ks;
    }
  }
  const StudyOptions defaults;
  if (!common || common->empty()) return defaults.top_k;
  const bool usual = std::binary_search(common->begin(), common->end(), defaults.top_k.front());
  return usual ? defaults.top_k : std::vector<std::int64_t>{common->back()};
}

}  // namespace

void figures_command(const FiguresRequest& request, Environment& environment, std::ostream& out) {
  agreed(environment.communicator(), [&] {
    if (environment.communicator().rank() != 0) return;
    std::vector<RunResults> runs;
    for (const std::string& folder : request.runs) {
      const RunOptions options = options_of_run(folder);
      runs.push_back(collect_run(folder, options, selection_of(request)));
    }
    check_all_found(request, runs);
    StudyOptions options;
    options.max_examples = request.max_examples;
    options.top_k = drawn_top_k(request, runs);
    write_study(runs, options, request.out);
    out << "figures of " << runs.size() << " run(s): " << request.out << std::endl;
  });
}

}  // namespace at2
