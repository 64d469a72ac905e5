#include "report/study_page.h"

#include <algorithm>

#include "report/format.h"
#include "report/html.h"

namespace at2 {
namespace {

std::string_view study_css() {
  return R"css(
.skip{position:absolute;left:-999px}
.skip:focus{left:8px;top:8px;background:var(--card);padding:6px 12px;border-radius:6px}
.contents{columns:2;column-gap:32px;padding-left:0;list-style:none;font-size:15px;margin:8px 0 0}
.contents li{break-inside:avoid;padding:2px 0}
.contents b{font-weight:600}
.contents ul{padding-left:16px;list-style:none;font-size:14px}
.contents summary{cursor:pointer;color:var(--accent)}
.names table{font-size:14px;min-width:760px}
.names th,.names td{text-align:left;white-space:normal;overflow-wrap:anywhere}
a{color:var(--accent)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
section.figure-card{scroll-margin-top:12px}
section.figure-card h2{font-size:18px}
section.figure-card h2 .label{color:var(--accent)}
section.figure-card figure{margin:4px 0 0}
section.figure-card .scroll .figure{max-width:none}
section.figure-card .scroll{overflow-y:hidden}
section.figure-card .scroll>.figure{display:block;margin-top:-20px}
section.figure-card .figure .title{display:none}
figcaption{font-size:14px;color:var(--soft);max-width:100ch;margin-top:12px}
.files{font-size:13px;color:var(--soft);margin:8px 0 0}
details.numbers{margin-top:10px;font-size:14px}
details.numbers summary{cursor:pointer;color:var(--accent)}
details.numbers table{font-size:13px;margin-top:8px}
.gap{color:var(--soft)}
.missing dt{font-weight:600}
@media (max-width:640px){.contents{columns:1}}
@media print{body{background:#fff}main{max-width:none;padding:0}header,section{border:0;padding:0;break-inside:avoid}.contents,.files,.skip{display:none}.scroll{overflow:visible}section.figure-card .scroll>.figure{max-width:100%;height:auto}section.texts,#runs,#missing{break-inside:auto}h2,h4{break-after:avoid}.method{break-inside:avoid}.methods{grid-template-columns:repeat(auto-fit,minmax(200px,1fr))}section.figure-card table,.names table{min-width:0;font-size:10px}th,td{padding:3px 6px;white-space:normal}mark{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";
}

/// Tables are opened for printing, and closed again.
std::string_view study_script() {
  return R"js(
(function () {
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach(function (element) { element.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (element) { element.open = false; });
  });
})();
)js";
}

std::string link(const std::string& target, std::string_view text) {
  return "<a href=\"" + escape_markup(target) + "\">" + escape_markup(text) + "</a>";
}

std::string entry(const StudyFigure& figure, std::string_view label) {
  return "<li><a href=\"#" + figure.name + "\"><b>" + escape_markup(label) + "</b> " + escape_markup(figure.title) +
         "</a></li>\n";
}

/// Figures by label; many with one label are listed when they are asked for.
std::string contents(const std::vector<StudyFigure>& figures) {
  constexpr std::ptrdiff_t kMany = 4;
  std::string items;
  for (auto first = figures.begin(); first != figures.end();) {
    const auto last =
        std::find_if(first, figures.end(), [&](const StudyFigure& figure) { return figure.label != first->label; });
    std::string entries;
    for (auto figure = first; figure != last; ++figure)
      entries += entry(*figure, last - first > kMany ? "" : figure->label);
    if (last - first > kMany) {
      items += "<li><details><summary><b>" + escape_markup(first->label) + "</b> " + std::to_string(last - first) +
               " of this kind</summary>" + element("ul", "", entries) + "</details></li>\n";
    } else {
      items += entries;
    }
    first = last;
  }
  return "<nav aria-label=\"Figures\"><ul class=\"contents\">" + items + "</ul></nav>";
}

std::string runs_table(std::span<const RunResults> runs) {
  Table table{{"Run", "Task", "Model", "Trained on", "Evaluated on", "Examples"}, {}};
  for (const RunResults& run : runs) {
    table.rows.push_back({run.name, run.task, run.model, run.training_set, run.evaluation_set,
                          compact(static_cast<double>(run.counts.evaluation_examples))});
  }
  return "<div class=\"names\">" + table_html(table, "") + "</div>";
}

std::string notes_of(std::span<const RunResults> runs) {
  std::string items;
  for (const RunResults& run : runs) {
    for (const std::string& note : run.notes) items += element("li", "", escape_markup(run.name + ": " + note));
  }
  for (const std::string& sentence : study_rows(runs).left_out) items += element("li", "", escape_markup(sentence));
  return items.empty() ? "" : element("ul", "notes", items);
}

std::string files_of(const StudyFigure& figure) {
  std::string html = "<p class=\"files\">Files: ";
  if (!figure.svg.empty()) html += link("figures/" + figure.name + ".svg", "drawing (SVG)") + ", ";
  html += link("tables/" + figure.name + ".csv", "numbers (CSV)");
  if (figure.summary) html += ", " + link("tables/" + figure.name + ".md", "table (Markdown)");
  return html + "</p>";
}

std::string section(const StudyFigure& figure) {
  const bool texts = !figure.html.empty();
  std::string html = "<section class=\"figure-card" + std::string(texts ? " texts" : "") + "\" id=\"" + figure.name +
                     "\"><h2><span class=\"label\">" + escape_markup(figure.label) + "</span> " +
                     escape_markup(figure.title) + "</h2>\n<figure>";
  if (texts) {
    html += figure.html;
  } else if (!figure.svg.empty()) {
    html += "<div class=\"scroll\" tabindex=\"0\">" + figure.svg + "</div>";
  } else if (figure.summary) {
    html += table_html(*figure.summary, "");
  }
  html += "\n" + element("figcaption", "", escape_markup(figure.caption)) + "</figure>\n";
  if (figure.summary && !figure.svg.empty()) {
    html += "<details class=\"numbers\"><summary>Numbers</summary>" + table_html(*figure.summary, "") + "</details>";
  }
  return html + files_of(figure) + "</section>\n";
}

std::string missing_section(const std::vector<StudyFigure>& figures) {
  const std::vector<MissingFigure> missing = missing_figures(figures);
  if (missing.empty()) return "";
  std::string list;
  for (const MissingFigure& figure : missing) {
    list += element("dt", "", escape_markup(figure.label)) + element("dd", "", escape_markup("needs " + figure.needs));
  }
  return "<section id=\"missing\"><h2>Figures of the paper that could not be made</h2>\n" +
         element("dl", "run missing", list) + "</section>\n";
}

}  // namespace

std::string study_page(std::span<const RunResults> runs, const std::vector<StudyFigure>& figures) {
  std::string body =
      "<a class=\"skip\" href=\"#contents\">To the figures</a><header id=\"contents\"><p class=\"kicker\">AT2 study</p>"
      "<h1>The paper&#39;s figures</h1>\n<p class=\"lead\">Made from " +
      std::to_string(runs.size()) + (runs.size() == 1 ? " run" : " runs") +
      ". The order is that of &quot;Learning to Attribute with Attention&quot;; each figure names the models and data "
      "sets it was measured on.</p>\n";
  body += contents(figures) + "</header>\n";
  body += "<section id=\"runs\"><h2>Runs</h2>" + runs_table(runs) + notes_of(runs) + "</section>\n";
  for (const StudyFigure& figure : figures) body += section(figure);
  body += missing_section(figures);
  return whole_page("AT2 study", study_css(), body, study_script());
}

}  // namespace at2
