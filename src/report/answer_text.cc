#include "report/answer_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "report/citations.h"
#include "report/format.h"
#include "report/highlight.h"
#include "report/terminal.h"

namespace at2 {
namespace {

constexpr double kThreshold = 0.2;
/// Documents of more bytes are not shown whole.
constexpr std::size_t kLongDocument = 2000;
/// From pale to strong in the 256-colour cube, each with a foreground that stays readable.
constexpr std::array<const char*, 4> kShades = {"48;5;153;38;5;16", "48;5;111;38;5;16", "48;5;69;38;5;16",
                                                "48;5;26;38;5;231"};

/// Writes one answer.
class Writer {
 public:
  Writer(const AttributedAnswer& answer, const TextLayout& layout)
      : answer_(answer),
        layout_(layout),
        citations_(citations_of(answer.methods.front())),
        strengths_(cited_strengths(answer.methods.front(), kThreshold)) {
    for (const auto& target : citations_) {
      for (const Citation& citation : target) numbers_[citation.source] = citation.number;
    }
  }

  std::string write() {
    for (std::size_t g = 0; g < answer_.targets.size(); ++g) target(g);
    for (std::size_t d = 0; d < answer_.documents.size(); ++d) document(d);
    return std::move(text_);
  }

 private:
  [[nodiscard]] std::string style(const char* wanted) const {
    return layout_.colours == Colours::ansi256 ? wanted : "";
  }

  void target(std::size_t g) {
    const CharRange& range = answer_.targets[g];
    const std::string words =
        answer_.response.substr(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
    text_ += wrap(std::vector<StyledText>{{words, style("1")}}, {layout_.width, "> ", "  "});
    if (citations_[g].empty()) text_ += "  no source stands out\n";
    for (const Citation& citation : citations_[g]) source(citation);
    text_ += "\n";
  }

  void source(const Citation& citation) {
    const std::string number = "[" + std::to_string(citation.number) + "]";
    const std::string percent = fixed(100 * citation.share, 0) + " %";
    std::vector<StyledText> line{{number, style("1;34")}, {pad(percent) + "  ", style("2")}};
    if (answer_.documents.size() > 1) {
      const auto& place = answer_.sources[static_cast<std::size_t>(citation.source)];
      line.push_back({answer_.documents[static_cast<std::size_t>(place.document)].name + ": ", style("2")});
    }
    line.push_back({std::string(source_text(answer_, citation.source)), {}});
    text_ += wrap(line, {layout_.width, "  ", "      "});
  }

  /// "  5 %", so that shares stand below each other.
  static std::string pad(const std::string& percent) {
    constexpr std::size_t width = 6;
    return std::string(width > percent.size() ? width - percent.size() : 1, ' ') + percent;
  }

  void document(std::size_t d) {
    const std::string& text = answer_.documents[d].text;
    std::vector<std::int64_t> sources;
    std::vector<CharRange> ranges;
    std::vector<double> strengths;
    for (std::size_t s = 0; s < answer_.sources.size(); ++s) {
      if (answer_.sources[s].document != static_cast<std::int64_t>(d)) continue;
      sources.push_back(static_cast<std::int64_t>(s));
      ranges.push_back(answer_.sources[s].range);
      strengths.push_back(strengths_[s]);
    }
    const bool used = std::any_of(strengths.begin(), strengths.end(), [](double strength) { return strength > 0; });
    text_ += wrap(std::vector<StyledText>{{answer_.documents[d].name, style("1")}}, {layout_.width, "", ""});
    if (!used) {
      text_ += "  not used\n\n";
      return;
    }
    const auto pieces = text.size() > kLongDocument ? elided_pieces(text, ranges, strengths, 1)
                                                    : highlight_pieces(text, ranges, strengths);
    text_ += wrap(styled(text, pieces, sources, strengths), {layout_.width, "  ", "  "}) + "\n";
  }

  [[nodiscard]] std::vector<StyledText> styled(const std::string& text, const std::vector<HighlightPiece>& pieces,
                                               const std::vector<std::int64_t>& sources,
                                               const std::vector<double>& strengths) const {
    std::vector<StyledText> result;
    for (const HighlightPiece& piece : pieces) {
      std::string words =
          text.substr(static_cast<std::size_t>(piece.range.begin), static_cast<std::size_t>(piece.range.size()));
      if (piece.kind == HighlightPiece::Kind::left_out) {
        result.push_back({" " + std::string(kLeftOut) + " ", style("2")});
        continue;
      }
      if (!piece.source) {
        result.push_back({std::move(words), {}});
        continue;
      }
      result.push_back({std::move(words), style(shade(strengths[*piece.source]))});
      const auto number = numbers_.find(sources[*piece.source]);
      if (number != numbers_.end()) result.push_back({"[" + std::to_string(number->second) + "]", style("1;34")});
    }
    return result;
  }

  static const char* shade(double strength) {
    return kShades[std::min<std::size_t>(3, static_cast<std::size_t>(4 * strength))];
  }

  const AttributedAnswer& answer_;
  TextLayout layout_;
  std::vector<std::vector<Citation>> citations_;
  std::vector<double> strengths_;
  std::map<std::int64_t, std::int64_t> numbers_;
  std::string text_;
};

}  // namespace

std::string cited_answer(const AttributedAnswer& answer, const TextLayout& layout) {
  return Writer(answer, layout).write();
}

}  // namespace at2
