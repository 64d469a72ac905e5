#include "report/study_figures.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "report/format.h"
#include "report/method_style.h"

namespace at2 {
namespace {

struct PaperFigure {
  std::string_view label;
  std::string_view needs;
};

constexpr std::string_view kContextRun =
    "a run of a context task (any data set with contexts) after its stage evaluate";
constexpr std::string_view kThoughtRun =
    "a run with task thought, of a model that thinks before it answers, after its stage evaluate";

/// In the paper's order.
constexpr std::array<PaperFigure, 12> kPaperFigures = {{
    {"Figure 1", "a run after its stages train and evaluate: three heads are shown on one of its examples"},
    {"Figure 2",
     "a run after its stages train and evaluate: the head with the highest coefficient and one of the lowest "
     "magnitude"},
    {"Figure 3", kContextRun},
    {"Figure 4a", kContextRun},
    {"Figure 4b", kThoughtRun},
    {"Figure 4c", "a run for which at2 bench-attribution has measured times"},
    {"Figure 5", "a run with passages as sources (HotpotQA) after at2 prune"},
    {"Figure 6", "a run after its stage train"},
    {"Figures 7–14", kContextRun},
    {"Figures 15–18", kThoughtRun},
    {"Figures 19–22", kContextRun},
    {"Figures 23–24", kThoughtRun},
}};

void append(std::vector<StudyFigure>& all, std::vector<StudyFigure> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

}  // namespace

std::vector<StudyFigure> study_figures(std::span<const RunResults> runs, const StudyOptions& options) {
  const StudyRows rows = study_rows(runs);
  const StudyRows context = of_task(rows, "context");
  const StudyRows thought = of_task(rows, "thought");
  std::vector<StudyFigure> all;
  append(all, head_figures(runs));
  append(all, first_text_figure(runs, options));
  append(all, mean_figures(context, "context", options));
  append(all, mean_figures(thought, "thought", options));
  append(all, timing_figures(runs));
  append(all, prune_figures(runs));
  append(all, theta_figures(runs));
  append(all, text_figures(runs, options));
  append(all, detail_figures(context, "context", options));
  append(all, detail_figures(thought, "thought", options));
  append(all, cost_figures(context, "context"));
  append(all, cost_figures(thought, "thought"));
  append(all, mean_tables(rows, options));
  return named_figures(std::move(all));
}

std::vector<MissingFigure> missing_figures(const std::vector<StudyFigure>& figures) {
  std::set<std::string, std::less<>> made;
  for (const StudyFigure& figure : figures) made.insert(figure.label);
  std::vector<MissingFigure> missing;
  for (const PaperFigure& paper : kPaperFigures) {
    if (!made.contains(paper.label)) missing.push_back({std::string(paper.label), std::string(paper.needs)});
  }
  return missing;
}

std::vector<StudyFigure> named_figures(std::vector<StudyFigure> figures) {
  std::map<std::string, int> uses;
  for (const StudyFigure& figure : figures) ++uses[figure.name];
  std::set<std::string> taken;
  for (StudyFigure& figure : figures) {
    if (uses.at(figure.name) > 1) figure.name += "_" + method_key(figure.variant);
    const std::string name = figure.name;
    for (int number = 2; !taken.insert(figure.name).second; ++number) figure.name = name + "_" + std::to_string(number);
  }
  return figures;
}

}  // namespace at2
