#include "train/batch_sampler.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstddef>

#include "base/errors.h"
#include "base/random.h"

namespace at2 {

BatchSampler::BatchSampler(const FeatureSource& source, std::int64_t batch_size, std::uint64_t seed)
    : source_(&source), batch_size_(batch_size), seed_(seed) {
  AT2_EXPECT(batch_size > 0, "a batch has targets");
  for (std::int64_t example = 0; example < source.num_examples(); ++example) {
    if (source.num_targets(example) > 0) eligible_.push_back(example);
  }
}

std::vector<TargetIndex> BatchSampler::draw(std::int64_t step) const {
  RandomStream random(seed_, "batch", {static_cast<std::uint64_t>(step)});
  const std::vector<std::int64_t> order = random.permutation(std::ssize(eligible_));
  const std::size_t count = std::min(order.size(), static_cast<std::size_t>(batch_size_));
  std::vector<TargetIndex> batch;
  batch.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t example = eligible_[static_cast<std::size_t>(order[i])];
    const auto targets = static_cast<std::uint64_t>(source_->num_targets(example));
    batch.push_back({example, static_cast<std::int64_t>(random.below(targets))});
  }
  return batch;
}

std::deque<std::vector<TargetIndex>> BatchSampler::draw_several(std::int64_t first, std::int64_t count) const {
  std::deque<std::vector<TargetIndex>> batches(static_cast<std::size_t>(count));
  at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) batches[static_cast<std::size_t>(i)] = draw(first + i);
  });
  return batches;
}

}  // namespace at2
