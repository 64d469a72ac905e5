#include "ablation/head_selection.h"

#include <algorithm>
#include <numeric>

#include "base/errors.h"

namespace at2 {

HeadSelection::HeadSelection(std::span<const std::int64_t> heads, std::int64_t num_layers, std::int64_t num_heads)
    : heads_(heads.begin(), heads.end()), num_layers_(num_layers), num_heads_(num_heads) {
  AT2_EXPECT(num_layers > 0 && num_heads > 0, "a model has layers and heads");
  std::sort(heads_.begin(), heads_.end());
  heads_.erase(std::unique(heads_.begin(), heads_.end()), heads_.end());
  AT2_EXPECT(heads_.empty() || (heads_.front() >= 0 && heads_.back() < num_layers * num_heads),
             "the model has the heads");
  if (std::ssize(heads_) == num_layers * num_heads) *this = {};
}

std::vector<std::int64_t> HeadSelection::of_layer(std::int64_t layer, std::int64_t num_heads) const {
  std::vector<std::int64_t> heads;
  if (is_all()) {
    heads.resize(static_cast<std::size_t>(num_heads));
    std::iota(heads.begin(), heads.end(), std::int64_t{0});
    return heads;
  }
  AT2_EXPECT(num_heads == num_heads_ && layer < num_layers_, "the heads are of this model");
  const auto first = std::lower_bound(heads_.begin(), heads_.end(), layer * num_heads);
  for (auto head = first; head != heads_.end() && *head < (layer + 1) * num_heads; ++head) {
    heads.push_back(*head - layer * num_heads);
  }
  return heads;
}

HeadSelection HeadSelection::united_with(const HeadSelection& other) const {
  if (is_all() || other.is_all()) return {};
  AT2_EXPECT(num_layers_ == other.num_layers_ && num_heads_ == other.num_heads_, "both are of one model");
  std::vector<std::int64_t> heads = heads_;
  heads.insert(heads.end(), other.heads_.begin(), other.heads_.end());
  return {heads, num_layers_, num_heads_};
}

}  // namespace at2
