#include "report/citations.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "report/highlight.h"

namespace at2 {
namespace {

/// \param numbers  of the sources that were named before
std::vector<Citation> citations_of_target(const std::vector<double>& scores_S, const CitationOptions& options,
                                          std::map<std::int64_t, std::int64_t>& numbers) {
  std::vector<std::int64_t> order(scores_S.size());
  std::iota(order.begin(), order.end(), 0);
  const auto score = [&](std::int64_t source) { return scores_S[static_cast<std::size_t>(source)]; };
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return score(a) > score(b); });
  double positive = 0;
  for (const double value : scores_S) positive += std::max(value, 0.0);
  std::vector<Citation> best;
  for (const std::int64_t source : order) {
    if (std::ssize(best) == options.most || !(score(source) > 0)) break;
    if (score(source) < options.smallest_share_of_best * score(order.front())) break;
    const std::int64_t number = numbers.emplace(source, std::ssize(numbers) + 1).first->second;
    best.push_back({source, number, score(source), score(source) / positive});
  }
  return best;
}

}  // namespace

std::vector<std::vector<Citation>> citations_of(const AnswerScores& scores, const CitationOptions& options) {
  std::map<std::int64_t, std::int64_t> numbers;
  std::vector<std::vector<Citation>> citations;
  for (const auto& scores_S : scores.scores_GS) citations.push_back(citations_of_target(scores_S, options, numbers));
  return citations;
}

std::string_view source_text(const AttributedAnswer& answer, std::int64_t source) {
  constexpr std::string_view blanks = " \t\r\n";
  const AnswerSource& place = answer.sources[static_cast<std::size_t>(source)];
  std::string_view text = answer.documents[static_cast<std::size_t>(place.document)].text;
  text = text.substr(static_cast<std::size_t>(place.range.begin), static_cast<std::size_t>(place.range.size()));
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return text;
  return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

std::vector<double> cited_strengths(const AnswerScores& scores, double threshold) {
  std::vector<double> largest;
  for (const auto& scores_S : scores.scores_GS) {
    const std::vector<double> strengths = highlight_strengths(scores_S, threshold);
    largest.resize(strengths.size(), 0.0);
    for (std::size_t s = 0; s < strengths.size(); ++s) largest[s] = std::max(largest[s], strengths[s]);
  }
  return largest;
}

}  // namespace at2
