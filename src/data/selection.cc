#include "data/selection.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/errors.h"
#include "base/hash.h"
#include "base/random.h"

namespace at2 {
namespace {

bool has_smaller_key(const RankedExample& a, const RankedExample& b) {
  return std::tie(a.key, a.order) < std::tie(b.key, b.order);
}

std::uint64_t key_of(std::uint64_t seed, const char* purpose, const Example& example) {
  return RandomStream(seed, purpose, {hash64(example.content)}).next();
}

std::pair<std::string_view, std::string_view> record_of(const Example& example) {
  const std::string_view content = example.content;
  return {
      content.substr(static_cast<std::size_t>(example.context.begin), static_cast<std::size_t>(example.context.size())),
      example.query};
}

}  // namespace

std::int64_t count_shared(std::span<const Example> train, std::span<const Example> evaluation) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Example& example : train) seen.insert(record_of(example));
  return std::count_if(evaluation.begin(), evaluation.end(),
                       [&](const Example& example) { return seen.contains(record_of(example)); });
}

std::optional<RankedExample> SmallestKeys::offer(RankedExample candidate) {
  if (most_ != 0 && std::ssize(heap_) == most_ && !has_smaller_key(candidate, heap_.front())) return candidate;
  heap_.push_back(std::move(candidate));
  if (most_ == 0) return std::nullopt;
  std::push_heap(heap_.begin(), heap_.end(), has_smaller_key);
  if (std::ssize(heap_) <= most_) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), has_smaller_key);
  RankedExample largest = std::move(heap_.back());
  heap_.pop_back();
  return largest;
}

Selection::Selection(const SelectionRules& rules)
    : rules_(rules), train_part_(rules.train_part), chosen_(rules.max_examples) {
  AT2_EXPECT(rules.part != DatasetPart::automatic, "the part of the data set is known");
  AT2_EXPECT(rules.train_part > 0 && rules.max_examples >= 0, "numbers of examples are possible");
}

void Selection::offer(Example example) {
  RankedExample candidate{0, offered_++, std::move(example)};
  if (rules_.part == DatasetPart::whole) {
    choose(std::move(candidate));
    return;
  }
  candidate.key = key_of(rules_.seed, "part", candidate.example);
  std::optional<RankedExample> other = train_part_.offer(std::move(candidate));
  if (other && rules_.part == DatasetPart::evaluation) choose(std::move(*other));
}

void Selection::choose(RankedExample candidate) {
  candidate.key = key_of(rules_.seed, "select", candidate.example);
  chosen_.offer(std::move(candidate));
}

std::vector<Example> Selection::take() {
  if (rules_.part == DatasetPart::train) {
    for (RankedExample& candidate : train_part_.take()) choose(std::move(candidate));
  }
  std::vector<RankedExample> ranked = chosen_.take();
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.order < b.order; });
  std::vector<Example> examples;
  for (RankedExample& each : ranked) examples.push_back(std::move(each.example));
  return examples;
}

}  // namespace at2
