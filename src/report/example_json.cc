#include "report/example_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

using Json = nlohmann::ordered_json;

/// How many of the largest scores a method keeps of a target: the first number with which all examples fit.
constexpr std::array<std::size_t, 4> kKeptScores = {60, 24, 12, 6};

/// A text in valid UTF-8, and where its code points were.
class CleanText {
 public:
  explicit CleanText(std::string_view text) : points_before_(text.size() + 1, 0) {
    std::int64_t count = 0;
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint point = code_point_at(text, at);
      points_before_[at] = count++;
      for (std::size_t byte = 1; byte < point.num_bytes; ++byte) points_before_[at + byte] = count;
      // A byte that is no UTF-8 comes back as the code point that stands for such.
      clean_ += point.value == 0xFFFD ? "\uFFFD" : text.substr(at, point.num_bytes);
      at += point.num_bytes;
    }
    points_before_[text.size()] = count;
  }

  [[nodiscard]] const std::string& text() const { return clean_; }

  /// Bytes as code points; borders within a character move to its end. \pre within the text
  [[nodiscard]] Json range(CharRange bytes) const {
    AT2_EXPECT(
        bytes.begin >= 0 && bytes.begin <= bytes.end && static_cast<std::size_t>(bytes.end) < points_before_.size(),
        "a range lies within its text");
    return {points_before_[static_cast<std::size_t>(bytes.begin)], points_before_[static_cast<std::size_t>(bytes.end)]};
  }

 private:
  std::string clean_;
  std::vector<std::int64_t> points_before_;
};

/// All views of one example.
using Group = std::vector<const ExampleView*>;

std::vector<Group> groups_of(const std::vector<ExampleView>& examples) {
  std::vector<Group> groups;
  std::map<std::string_view, std::size_t> group_of;
  for (const ExampleView& view : examples) {
    const auto [found, is_new] = group_of.try_emplace(view.id, groups.size());
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(&view);
  }
  return groups;
}

/// Names by number: in the order of the table, then as they come.
class Names {
 public:
  std::size_t number(const std::string& name) {
    const auto [found, is_new] = numbers_.try_emplace(name, names_.size());
    if (is_new) names_.push_back(name);
    return found->second;
  }
  [[nodiscard]] const std::vector<std::string>& all() const { return names_; }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> names_;
};

/// Three significant digits; null for what is not finite.
Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == 0) return 0;
  const double power = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2);
  // Of small numbers the inverse is exact where the power itself is not.
  return power < 1 ? std::round(value / power) / std::round(1 / power) : std::round(value / power) * power;
}

/// Sources by descending score, those with a positive one only, at most `count`.
std::vector<std::size_t> best_sources(std::span<const double> scores, std::size_t count) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  order.erase(std::remove_if(order.begin(), order.end(), [&](std::size_t source) { return !(scores[source] > 0); }),
              order.end());
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  });
  return {order.begin(), end};
}

/// One kind of source of one example: its sources by their numbers in what is kept.
class ViewWriter {
 public:
  ViewWriter(const ExampleView& view, std::size_t kept, Names& methods)
      : view_(view), kept_(kept), methods_(methods), context_(view.context), response_(view.response) {}

  [[nodiscard]] Json write(const ExampleView& first) {
    Json json = {{"name", view_.sources}, {"count", view_.source_ranges.size()}};
    Json targets = Json::array();
    for (const TargetView& target : view_.targets) targets.push_back(target_json(target));
    add_effects(targets);
    Json ranges = Json::array();
    for (const std::size_t source : sources_) ranges.push_back(context_.range(view_.source_ranges[source]));
    json["sources"] = std::move(ranges);
    json["targets"] = std::move(targets);
    if (view_.context != first.context) json["context"] = context_.text();
    if (view_.response != first.response) json["response"] = response_.text();
    return json;
  }

 private:
  /// {"range": [begin, end], "methods": [[method, largest score, [source, thousandths, ...], [k, drop, ...]], ...]}
  Json target_json(const TargetView& target) {
    Json methods = Json::array();
    for (const std::string& method : ordered_methods(target)) {
      const std::vector<double>& scores = target.scores.at(method);
      AT2_EXPECT(scores.size() == view_.source_ranges.size(), "one score per source");
      const std::vector<std::size_t> best = best_sources(scores, kept_);
      const double largest = best.empty() ? 0 : scores[best.front()];
      Json marks = Json::array();
      for (const std::size_t source : best) {
        marks.push_back(number_of(source));
        marks.push_back(std::isfinite(largest) ? std::lround(1000 * scores[source] / largest) : 0);
      }
      methods.push_back({methods_.number(method), rounded(largest), std::move(marks), drops_json(target, method)});
    }
    return {{"range", response_.range(target.range)}, {"methods", std::move(methods)}};
  }

  std::vector<std::string> ordered_methods(const TargetView& target) {
    std::vector<std::string> names;
    for (const auto& [method, scores] : target.scores) names.push_back(method);
    std::sort(names.begin(), names.end(),
              [&](const auto& a, const auto& b) { return methods_.number(a) < methods_.number(b); });
    return names;
  }

  static Json drops_json(const TargetView& target, const std::string& method) {
    Json drops = Json::array();
    const auto found = target.drop_by_k.find(method);
    if (found == target.drop_by_k.end()) return drops;
    for (const auto& [k, drop] : found->second) {
      drops.push_back(k);
      drops.push_back(rounded(drop));
    }
    return drops;
  }

  /// For the kept sources, once all targets have said which these are.
  void add_effects(Json& targets) const {
    for (std::size_t g = 0; g < view_.targets.size(); ++g) {
      const std::vector<double>& effects = view_.targets[g].effects;
      if (effects.empty()) continue;
      AT2_EXPECT(effects.size() == view_.source_ranges.size(), "one effect per source");
      Json kept = Json::array();
      for (const std::size_t source : sources_) kept.push_back(rounded(effects[source]));
      targets[g]["effects"] = std::move(kept);
    }
  }

  std::size_t number_of(std::size_t source) {
    const auto [found, is_new] = numbers_.try_emplace(source, sources_.size());
    if (is_new) sources_.push_back(source);
    return found->second;
  }

  const ExampleView& view_;
  std::size_t kept_;
  Names& methods_;
  CleanText context_;
  CleanText response_;
  std::map<std::size_t, std::size_t> numbers_;
  std::vector<std::size_t> sources_;
};

/// Text that can stand in a <script> element, and in which nothing looks like markup.
std::string embeddable(const Json& json) {
  const std::string plain = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string text;
  text.reserve(plain.size());
  for (std::size_t at = 0; at < plain.size(); ++at) {
    const char c = plain[at];
    if (c == '\\') {
      const bool quote = plain[at + 1] == '"';
      text += quote ? "\\u0022" : plain.substr(at, 2);
      ++at;
    } else if (c == '<' || c == '>' || c == '&') {
      text += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : "\\u0026";
    } else {
      text += c;
    }
  }
  return text;
}

std::string group_json(const Group& group, std::size_t kept, Names& methods, Names& data_sets) {
  const ExampleView& first = *group.front();
  Json json = {{"id", CleanText(first.id).text()},
               {"set", data_sets.number(first.data_set)},
               {"query", CleanText(first.query).text()},
               {"context", CleanText(first.context).text()},
               {"response", CleanText(first.response).text()}};
  Json kinds = Json::array();
  for (const ExampleView* view : group) kinds.push_back(ViewWriter(*view, kept, methods).write(first));
  json["kinds"] = std::move(kinds);
  return embeddable(json);
}

Json clean_list(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(CleanText(text).text());
  return list;
}

/// As many of the groups as fit.
EmbeddedExamples embedded(const RunResults& results, const ReportOptions& options, std::span<const Group> groups,
                          std::size_t kept, std::size_t max_bytes) {
  Names methods;
  Names data_sets;
  for (const MethodRow& row : results.rows) methods.number(row.method);
  EmbeddedExamples examples;
  std::string list;
  // What is around the list is small.
  constexpr std::size_t kRoom = 4096;
  for (const Group& group : groups) {
    const std::string json = group_json(group, kept, methods, data_sets);
    if (list.size() + json.size() + kRoom > max_bytes) break;
    list += (list.empty() ? "" : ",\n") + json;
    ++examples.shown;
  }
  examples.left_out = std::ssize(groups) - examples.shown;
  const Json head = {{"threshold", options.highlight_threshold},
                     {"text", results.task == "thought" ? "Thoughts" : "Context"},
                     {"methods", clean_list(methods.all())},
                     {"sets", clean_list(data_sets.all())}};
  examples.json = embeddable(head);
  examples.json.back() = ',';
  examples.json += "\n\"examples\":[" + list + "]}";
  return examples;
}

}  // namespace

EmbeddedExamples examples_json(const RunResults& results, const ReportOptions& options, std::size_t max_bytes) {
  const std::vector<Group> all = groups_of(results.examples);
  const std::size_t count =
      std::min(all.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, options.max_examples)));
  const std::span<const Group> groups(all.data(), count);
  EmbeddedExamples examples;
  for (const std::size_t kept : kKeptScores) {
    examples = embedded(results, options, groups, kept, max_bytes);
    if (examples.left_out == 0) break;
  }
  return examples;
}

}  // namespace at2
