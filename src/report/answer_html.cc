#include "report/answer_html.h"

#include <map>
#include <vector>

#include "report/citations.h"
#include "report/format.h"
#include "report/highlight.h"
#include "report/html.h"

namespace at2 {
namespace {

constexpr double kThreshold = 0.2;
constexpr std::string_view kStyle = R"css(
.cite{font-size:12px;vertical-align:super;text-decoration:none;color:var(--accent);padding:0 1px}
.sources{margin:4px 0 0;padding-left:20px}
.sources li{margin:2px 0}
.sources li:target{outline:2px solid var(--accent);outline-offset:3px}
blockquote{margin:18px 0 6px;padding-left:12px;border-left:3px solid var(--accent);font-weight:600}
.context{max-height:none}
)css";

std::string name_of(const AttributedAnswer& answer, std::int64_t source) {
  const std::int64_t document = answer.sources[static_cast<std::size_t>(source)].document;
  return escape_markup(answer.documents[static_cast<std::size_t>(document)].name);
}

std::string answer_section(const AttributedAnswer& answer, const std::vector<std::vector<Citation>>& citations) {
  const std::string_view response = answer.response;
  std::string text;
  std::size_t written = 0;
  for (std::size_t g = 0; g < answer.targets.size(); ++g) {
    const auto end = static_cast<std::size_t>(answer.targets[g].end);
    text += escape_markup(response.substr(written, end - written));
    written = end;
    for (const Citation& citation : citations[g]) {
      const std::string number = std::to_string(citation.number);
      text += "<a class=\"cite\" href=\"#source-" + number + "\">[" + number + "]</a>";
    }
  }
  text += escape_markup(response.substr(written));
  return element("section", "", "<h2>Answer</h2>" + element("div", "text", text));
}

std::string source_list(const AttributedAnswer& answer, const std::vector<std::vector<Citation>>& citations) {
  std::map<std::int64_t, std::int64_t> sources_by_number;
  for (const auto& target : citations) {
    for (const Citation& citation : target) sources_by_number[citation.number] = citation.source;
  }
  std::string items;
  for (const auto& [number, source] : sources_by_number) {
    items += "<li id=\"source-" + std::to_string(number) + "\"><b>" + name_of(answer, source) +
             "</b>: " + escape_markup(source_text(answer, source)) + "</li>";
  }
  return element("section", "", "<h2>Sources</h2>" + element("ol", "sources", items));
}

std::string target_section(const AttributedAnswer& answer) {
  std::string html = "<h2>Sentence by sentence</h2>";
  for (std::size_t g = 0; g < answer.targets.size(); ++g) {
    const CharRange& range = answer.targets[g];
    html += element(
        "blockquote", "",
        escape_markup(std::string_view(answer.response)
                          .substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()))));
    for (const AnswerScores& scores : answer.methods) {
      html += element("h4", "", escape_markup(scores.title));
      const auto citations = citations_of(scores);
      std::string items;
      for (const Citation& citation : citations[g]) {
        items += element(
            "li", "", fixed(100 * citation.share, 0) + " % – " + escape_markup(source_text(answer, citation.source)));
      }
      html += items.empty() ? element("p", "small", "No source stands out.") : element("ul", "sources", items);
    }
  }
  return element("section", "", html);
}

std::string document_sections(const AttributedAnswer& answer) {
  const std::vector<double> strengths = cited_strengths(answer.methods.front(), kThreshold);
  std::string html;
  for (std::size_t d = 0; d < answer.documents.size(); ++d) {
    const std::string& text = answer.documents[d].text;
    std::vector<CharRange> ranges;
    std::vector<double> shown;
    for (std::size_t s = 0; s < answer.sources.size(); ++s) {
      if (answer.sources[s].document != static_cast<std::int64_t>(d)) continue;
      ranges.push_back(answer.sources[s].range);
      shown.push_back(strengths[s]);
    }
    html += element("h2", "", escape_markup(answer.documents[d].name)) +
            element("div", "text context", pieces_html(text, highlight_pieces(text, ranges, shown), shown, shown));
  }
  return element("section", "", html);
}

}  // namespace

std::string answer_html(const AttributedAnswer& answer, std::string_view query) {
  const auto citations = citations_of(answer.methods.front());
  const std::string header = element(
      "header", "",
      element("p", "kicker", "AT2 attribution") + element("h1", "", escape_markup(query)) +
          element("p", "small", escape_markup(answer.model) + ", " + escape_markup(answer.methods.front().title)));
  return whole_page(query, kStyle,
                    header + answer_section(answer, citations) + source_list(answer, citations) +
                        document_sections(answer) + target_section(answer),
                    "");
}

}  // namespace at2
