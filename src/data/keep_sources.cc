#include "data/keep_sources.h"

#include <algorithm>
#include <string>

#include "base/errors.h"

namespace at2 {
namespace {

std::string between(const std::string& text, std::int64_t begin, std::int64_t end) {
  return begin < end ? text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)) : "";
}

/// Bytes of the context, which `sources` count from, that stand between a source and those before it, and its own.
std::string with_gap(const std::string& context, const Sources& sources, std::int64_t source) {
  std::int64_t gap = 0;
  for (std::int64_t before = 0; before < source; ++before) {
    gap = std::max(gap, sources.chars[static_cast<std::size_t>(before)].end);
  }
  return between(context, gap, sources.chars[static_cast<std::size_t>(source)].end);
}

}  // namespace

Example keep_sources(const Example& example, const Prompt& prompt, const Sources& sources,
                     std::span<const std::int64_t> kept) {
  AT2_EXPECT(!kept.empty() && std::is_sorted(kept.begin(), kept.end()), "sources are kept, in their order");
  AT2_EXPECT(kept.front() >= 0 && kept.back() < std::ssize(sources.chars), "what is kept is a source");
  if (kept.size() == sources.chars.size()) return example;
  const std::string context = between(prompt.text, prompt.context.begin, prompt.context.end);
  const CharRange first = sources.chars[static_cast<std::size_t>(kept.front())];
  std::string left = between(context, first.begin, first.end);
  for (const std::int64_t source : kept.subspan(1)) left += with_gap(context, sources, source);

  Example pruned = example;
  pruned.content = between(example.content, 0, example.context.begin) + left +
                   between(example.content, example.context.end, std::ssize(example.content));
  pruned.context = {example.context.begin, example.context.begin + std::ssize(left)};
  pruned.passages = {pruned.context};
  pruned.supporting.clear();
  return pruned;
}

}  // namespace at2
