#include "report/page.h"

#include <array>
#include <utility>

#include "embedded/report.h"
#include "report/html.h"
#include "report/page_sections.h"

namespace at2 {
namespace {

/// Links to the sections that are there.
std::string contents(const std::string& body) {
  constexpr std::array<std::pair<const char*, const char*>, 8> kSections = {{{"scores", "Scores"},
                                                                             {"examples", "Examples"},
                                                                             {"training", "Heads"},
                                                                             {"prune", "Pruning"},
                                                                             {"timing", "Running time"},
                                                                             {"cost", "Cost"},
                                                                             {"origin", "Origin"},
                                                                             {"again", "Run it again"}}};
  std::string links;
  for (const auto& [id, title] : kSections) {
    if (body.find("<section id=\"" + std::string(id) + "\"") == std::string::npos) continue;
    links += "<a href=\"#" + std::string(id) + "\">" + title + "</a> ";
  }
  return links.empty() ? "" : "<nav class=\"contents-bar\" aria-label=\"Sections\">" + links + "</nav>\n";
}

std::string page_of(const RunResults& results, const std::string& summary, const std::string& body) {
  const std::string script =
      std::string(embedded::tables_js) + std::string(embedded::figures_js) + std::string(embedded::examples_js);
  return whole_page(results.name + " – AT2 report", embedded::report_css, summary + contents(body) + body, script);
}

}  // namespace

std::string report_page(const RunResults& results, const ReportOptions& options) {
  const std::string before = scores_section(results);
  const std::string after = training_section(results) + prune_section(results) + timing_section(results) +
                            cost_section(results) + origin_section(results) + again_section(results);
  const std::string summary = summary_section(results);
  const std::size_t around = page_of(results, summary, before + examples_section(results, options, 0) + after).size();
  const std::size_t left = around < kLargestPage ? kLargestPage - around : 0;
  return page_of(results, summary, before + examples_section(results, options, left) + after);
}

}  // namespace at2
