#include <algorithm>
#include <array>

#include "base/errors.h"
#include "report/format.h"
#include "report/highlight.h"
#include "report/page.h"

namespace at2 {
namespace {

/// All views of one example.
struct ExampleGroup {
  std::size_t number = 0;
  std::vector<const ExampleView*> views;
};

std::vector<ExampleGroup> group_by_id(const std::vector<ExampleView>& examples) {
  std::vector<ExampleGroup> groups;
  for (const ExampleView& view : examples) {
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const ExampleGroup& other) { return other.views.front()->id == view.id; });
    if (group == groups.end()) {
      groups.push_back({groups.size() + 1, {}});
      group = groups.end() - 1;
    }
    group->views.push_back(&view);
  }
  return groups;
}

std::string panel_id(std::size_t group, std::size_t view, std::size_t target) {
  return "e" + std::to_string(group) + "-" + std::to_string(view) + "-" + std::to_string(target);
}

/// Methods in the order of the table, then any others by name.
std::vector<std::string> methods_of(const RunResults& results, const TargetView& target) {
  std::vector<std::string> methods;
  const auto add = [&](const std::string& method) {
    if (target.scores.contains(method) && std::find(methods.begin(), methods.end(), method) == methods.end()) {
      methods.push_back(method);
    }
  };
  for (const MethodRow& row : results.rows) add(row.method);
  for (const auto& [method, scores] : target.scores) add(method);
  return methods;
}

/// The response with the chosen sentence in yellow; the others are links to their own panels.
std::string response_html(const ExampleView& view, std::size_t group, std::size_t view_index, std::size_t chosen) {
  std::string html;
  std::size_t written = 0;
  const std::string_view response = view.response;
  for (std::size_t target = 0; target < view.targets.size(); ++target) {
    const CharRange range = view.targets[target].range;
    AT2_EXPECT(range.begin >= 0 && range.begin <= range.end && static_cast<std::size_t>(range.end) <= response.size(),
               "a target lies within its response");
    const std::size_t begin = std::max(static_cast<std::size_t>(range.begin), written);
    const std::size_t end = std::max(static_cast<std::size_t>(range.end), begin);
    const std::string sentence = escape_markup(response.substr(begin, end - begin));
    html += escape_markup(response.substr(written, begin - written));
    if (target == chosen) {
      html += "<mark class=\"chosen\">" + sentence + "</mark>";
    } else {
      html += "<a href=\"#" + panel_id(group, view_index, target) + "\">" + sentence + "</a>";
    }
    written = end;
  }
  return html + escape_markup(response.substr(written));
}

/// Links to the same sentence with the other kinds of source.
std::string kind_switch(const ExampleGroup& group, std::size_t view_index, std::size_t target) {
  if (group.views.size() < 2) return "";
  std::string html = "<p class=\"kinds\">Sources: ";
  for (std::size_t other = 0; other < group.views.size(); ++other) {
    const std::string label = escape_markup(group.views[other]->sources + "s");
    if (other == view_index) {
      html += "<b>" + label + "</b>";
    } else if (target < group.views[other]->targets.size()) {
      html += "<a href=\"#" + panel_id(group.number, other, target) + "\">" + label + "</a>";
    }
  }
  return html + "</p>";
}

std::string panel_html(const RunResults& results, const ExampleGroup& group, std::size_t view_index,
                       std::size_t target_index, double threshold) {
  const ExampleView& view = *group.views[view_index];
  const TargetView& target = view.targets[target_index];
  const bool first = view_index == 0 && target_index == 0;
  std::string html = "<div class=\"" + std::string(first ? "panel shown" : "panel") + "\" id=\"" +
                     panel_id(group.number, view_index, target_index) + "\">" +
                     kind_switch(group, view_index, target_index) + "<h4>Response</h4><div class=\"text\">" +
                     response_html(view, group.number, view_index, target_index) + "</div><h4>Context</h4>" +
                     "<div class=\"methods\">";
  for (const std::string& method : methods_of(results, target)) {
    const std::vector<double>& scores = target.scores.at(method);
    AT2_EXPECT(scores.size() == view.source_ranges.size(), "one score per source");
    html += "<div class=\"method\"><h5>" + escape_markup(method) + "</h5><div class=\"text context\">" +
            highlighted_html(view.context, view.source_ranges, scores, threshold) + "</div></div>";
  }
  return html + "</div></div>\n";
}

std::string group_html(const RunResults& results, const ExampleGroup& group, double threshold) {
  const ExampleView& example = *group.views.front();
  std::string html = "<details class=\"example\"" + std::string(group.number == 1 ? " open=\"open\"" : "") +
                     "><summary><span class=\"number\">" + std::to_string(group.number) + "</span> " +
                     escape_markup(shortened(example.query, 110)) + " <span class=\"id\">" + escape_markup(example.id) +
                     "</span></summary>\n<h4>Question</h4><div class=\"text\">" + escape_markup(example.query) +
                     "</div>\n";
  for (std::size_t view = 0; view < group.views.size(); ++view) {
    for (std::size_t target = 0; target < group.views[view]->targets.size(); ++target) {
      html += panel_html(results, group, view, target, threshold);
    }
  }
  return html + "</details>\n";
}

std::string legend(double threshold) {
  std::string swatches;
  for (const double strength : std::array{threshold + 0.001, (1 + threshold) / 2, 1.0}) {
    swatches += "<mark style=\"--s:" + fixed(strength, 2) + "\">" + fixed(100 * strength, 0) + " %</mark> ";
  }
  return "<p class=\"lead\">The chosen sentence of the response is <mark class=\"chosen\">yellow</mark>; choose "
         "another "
         "by clicking on it. In the context, the sources that a method holds responsible for it are blue, as strongly "
         "as their score is large: " +
         swatches + "of the method's largest score. Scores up to " + fixed(100 * threshold, 0) +
         " % of it are not coloured. Point at a coloured source for its score.</p>\n";
}

}  // namespace

std::string example_sections(const RunResults& results, const ReportOptions& options) {
  if (results.examples.empty()) return "";
  std::string html = "<section id=\"examples\"><h2>Held-out examples</h2>\n" + legend(options.highlight_threshold);
  for (const ExampleGroup& group : group_by_id(results.examples)) {
    html += group_html(results, group, options.highlight_threshold);
  }
  return html + "</section>\n";
}

}  // namespace at2
