#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "report/format.h"
#include "report/study_figures.h"
#include "report/text_figure.h"

namespace at2 {
namespace {

/// Attention is never zero: what is below this share of a head's largest is left uncoloured.
constexpr double kHeadThreshold = 0.05;

/// Sources beside a coloured one that are shown too: of fine sources a few, so that they can be read.
std::int64_t neighbours_of(const std::string& kind) { return kind == "token" ? 6 : kind == "word" ? 4 : 0; }

std::string text_name_of(const RunResults& run) { return run.task == "thought" ? "Thoughts" : "Context"; }

TextFigure text_of(const RunResults& run, const ExampleView& view, double threshold) {
  TextFigure figure;
  figure.query = view.query;
  figure.response = view.response;
  figure.target = view.targets.front().range;
  figure.text_name = text_name_of(run);
  figure.text = view.context;
  figure.sources = view.source_ranges;
  figure.threshold = threshold;
  figure.neighbours = neighbours_of(view.sources);
  return figure;
}

/// Titles of the methods to show, of those that scored the view's first target: AT2, average attention, and ESM with
/// the most ablations, as in the paper. All methods if none of these is among them.
std::vector<std::string> shown_methods(const ExampleView& view) {
  std::vector<std::string> all;
  for (const auto& [method, scores] : view.targets.front().scores) all.push_back(method);
  std::stable_sort(all.begin(), all.end(), [](const std::string& a, const std::string& b) {
    return method_style(a).order < method_style(b).order;
  });
  std::vector<std::string> shown;
  std::string surrogate;
  for (const std::string& method : all) {
    const std::string key = method_key(method);
    if (key.starts_with("esm_")) surrogate = method;
    if (key.starts_with("at2") || key == "average_attention") shown.push_back(method);
  }
  if (!surrogate.empty()) shown.push_back(surrogate);
  return shown.empty() ? all : shown;
}

bool can_be_shown(const ExampleView& view) { return !view.targets.empty() && !view.targets.front().scores.empty(); }

/// Scores of the shown columns, and where their sources lie in the text.
Table score_records(const ExampleView& view, const TextFigure& text) {
  Table table{{"example", "sources", "method", "source", "source_begin", "source_end", "score"}, {}};
  for (const TextColumn& column : text.columns) {
    AT2_EXPECT(column.scores.size() == view.source_ranges.size(), "one score per source");
    for (std::size_t source = 0; source < column.scores.size(); ++source) {
      const CharRange range = view.source_ranges[source];
      table.rows.push_back({view.id, view.sources, column.heading, std::to_string(source), std::to_string(range.begin),
                            std::to_string(range.end), exact(column.scores[source])});
    }
  }
  return table;
}

std::string left_out_sentence(const TextFigure& text) {
  if (text.text.size() <= kLongText) return "";
  return text.neighbours > 0 ? " Of this long text only these sources and some beside them are shown."
                             : " Of this long text only these sources are shown.";
}

StudyFigure scored_figure(const RunResults& run, const ExampleView& view, const StudyOptions& options) {
  TextFigure text = text_of(run, view, options.highlight_threshold);
  text.title = run.evaluation_set + ", " + run.model + ", " + view.sources + " sources";
  for (const std::string& method : shown_methods(view)) {
    text.columns.push_back({method, view.targets.front().scores.at(method)});
  }
  StudyFigure figure;
  figure.variant = run.evaluation_set + " " + run.model + " " + view.sources + " " + view.id;
  figure.title =
      run.evaluation_set + ", " + run.model + ", " + view.sources + " sources: example " + shortened(view.id, 24);
  figure.caption = "Attribution scores (blue) of the first sentence of the response (yellow), example " + view.id +
                   ". Coloured are " + view.sources + "s whose score is above " +
                   compact(100 * options.highlight_threshold) + " % of the method's largest." +
                   left_out_sentence(text) +
                   (run.task == "thought" ? " The thoughts are those that precede the response." : "");
  figure.html = text_figure_html(text);
  figure.svg = text_figure_svg(text);
  figure.numbers = score_records(view, text);
  return figure;
}

std::string head_heading(const HeadView& head) {
  return "layer " + std::to_string(head.layer) + ", head " + std::to_string(head.head) + ": coefficient " +
         compact(head.coefficient);
}

Table head_records(const std::vector<const HeadView*>& heads, const ExampleView& view) {
  Table table{{"example", "layer", "head", "coefficient", "source", "source_begin", "source_end", "attention"}, {}};
  for (const HeadView* head : heads) {
    for (std::size_t source = 0; source < view.source_ranges.size(); ++source) {
      const CharRange range = view.source_ranges[source];
      table.rows.push_back({view.id, std::to_string(head->layer), std::to_string(head->head), exact(head->coefficient),
                            std::to_string(source), std::to_string(range.begin), std::to_string(range.end),
                            exact(head->attention_GS.front()[source])});
    }
  }
  return table;
}

StudyFigure head_figure(const RunResults& run, const ExampleView& view, const std::vector<const HeadView*>& heads) {
  TextFigure text = text_of(run, view, kHeadThreshold);
  text.title = "Attention of single heads, " + run.model;
  for (const HeadView* head : heads) {
    AT2_EXPECT(head->attention_GS.front().size() == view.source_ranges.size(), "one weight per source");
    text.columns.push_back({head_heading(*head), head->attention_GS.front()});
  }
  StudyFigure figure;
  figure.variant = run.model;
  figure.caption = "Attention (blue) of single heads from the first sentence of the response (yellow) to each " +
                   view.sources +
                   " of the text, averaged over the sentence's tokens and divided by the head's largest. "
                   "Coefficients learned by AT2 on " +
                   run.training_set + ". Example " + view.id + " from " + run.evaluation_set + ", " + run.model +
                   "; weights below " + compact(100 * kHeadThreshold) + " % of the largest are not coloured." +
                   left_out_sentence(text);
  figure.html = text_figure_html(text);
  figure.svg = text_figure_svg(text);
  figure.numbers = head_records(heads, view);
  return figure;
}

/// The first example of a run with heads, token sources preferred.
const ExampleView* view_with_heads(const RunResults& run) {
  const ExampleView* found = nullptr;
  for (const ExampleView& view : run.examples) {
    const bool usable = !view.targets.empty() && view.heads.size() >= 2 &&
                        std::all_of(view.heads.begin(), view.heads.end(),
                                    [](const HeadView& head) { return !head.attention_GS.empty(); });
    if (usable && (found == nullptr || (found->sources != "token" && view.sources == "token"))) found = &view;
  }
  return found;
}

/// Figures 1 and 2 of one example.
std::vector<StudyFigure> figures_of_heads(const RunResults& run, const ExampleView& view) {
  std::vector<const HeadView*> heads;
  for (const HeadView& head : view.heads) heads.push_back(&head);
  std::stable_sort(heads.begin(), heads.end(),
                   [](const HeadView* a, const HeadView* b) { return a->coefficient > b->coefficient; });
  const HeadView* highest = heads.front();
  std::stable_sort(heads.begin() + 1, heads.end(), [](const HeadView* a, const HeadView* b) {
    return std::abs(a->coefficient) < std::abs(b->coefficient);
  });
  std::vector<StudyFigure> figures;
  if (heads.size() >= 3) {
    figures.push_back(head_figure(run, view, {highest, heads[1], heads[2]}));
    figures.back().name = "figure_1";
    figures.back().label = "Figure 1";
    figures.back().title = "Attention heads differ in what they look at";
  }
  figures.push_back(head_figure(run, view, {highest, heads[1]}));
  figures.back().name = "figure_2";
  figures.back().label = "Figure 2";
  figures.back().title = "The head with the highest coefficient and one with the lowest in magnitude";
  return figures;
}

/// Views of the first examples of a run, by id.
std::vector<const ExampleView*> first_views(const RunResults& run, std::int64_t max_examples) {
  std::vector<std::string> ids;
  std::vector<const ExampleView*> views;
  for (const ExampleView& view : run.examples) {
    if (!can_be_shown(view)) continue;
    const bool known = std::find(ids.begin(), ids.end(), view.id) != ids.end();
    if (!known && std::ssize(ids) >= max_examples) continue;
    if (!known) ids.push_back(view.id);
    views.push_back(&view);
  }
  return views;
}

}  // namespace

std::vector<StudyFigure> head_figures(std::span<const RunResults> runs) {
  const RunResults* chosen_run = nullptr;
  const ExampleView* chosen = nullptr;
  for (const RunResults& run : runs) {
    const ExampleView* view = view_with_heads(run);
    if (view == nullptr) continue;
    if (chosen != nullptr && (chosen->sources == "token" || view->sources != "token")) continue;
    chosen_run = &run;
    chosen = view;
  }
  return chosen == nullptr ? std::vector<StudyFigure>{} : figures_of_heads(*chosen_run, *chosen);
}

std::vector<StudyFigure> first_text_figure(std::span<const RunResults> runs, const StudyOptions& options) {
  const RunResults* chosen_run = nullptr;
  const ExampleView* chosen = nullptr;
  for (const RunResults& run : runs) {
    if (run.task != "context") continue;
    for (const ExampleView& view : run.examples) {
      if (!can_be_shown(view)) continue;
      if (chosen != nullptr && (chosen->sources == "token" || view.sources != "token")) continue;
      chosen_run = &run;
      chosen = &view;
    }
  }
  if (chosen == nullptr) return {};
  StudyFigure figure = scored_figure(*chosen_run, *chosen, options);
  figure.name = "figure_3";
  figure.label = "Figure 3";
  return {figure};
}

std::vector<StudyFigure> text_figures(std::span<const RunResults> runs, const StudyOptions& options) {
  std::vector<StudyFigure> context;
  std::vector<StudyFigure> thought;
  for (const RunResults& run : runs) {
    const bool of_context = run.task == "context";
    for (const ExampleView* view : first_views(run, options.max_examples)) {
      StudyFigure figure = scored_figure(run, *view, options);
      figure.name = of_context ? "figure_7_14" : "figure_15_18";
      figure.label = of_context ? "Figures 7–14" : "Figures 15–18";
      (of_context ? context : thought).push_back(std::move(figure));
    }
  }
  std::move(thought.begin(), thought.end(), std::back_inserter(context));
  return context;
}

}  // namespace at2
