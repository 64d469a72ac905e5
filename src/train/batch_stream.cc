#include "train/batch_stream.h"

#include <algorithm>
#include <utility>

#include "train/batch_gradient.h"

namespace at2 {
namespace {

/// Batches drawn together: drawing takes as long as there are examples, and each batch is one thread's work.
constexpr std::int64_t kDrawnTogether = 16;

}  // namespace

BatchStream::BatchStream(const FeatureSource& source, const TrainOptions& options, std::uint64_t seed,
                         const Communicator& communicator)
    : source_(&source),
      communicator_(&communicator),
      sampler_(source, options.batch_size, seed),
      steps_(options.steps) {
  announce_next();
}

std::vector<TargetIndex> BatchStream::next() {
  std::vector<TargetIndex> batch = std::move(announced_);
  announce_next();
  return batch;
}

void BatchStream::announce_next() {
  if (drawn_.empty()) {
    const std::int64_t count = std::min(kDrawnTogether, steps_ - steps_drawn_);
    drawn_ = sampler_.draw_several(steps_drawn_, count);
    steps_drawn_ += count;
  }
  if (!drawn_.empty()) {
    announced_ = std::move(drawn_.front());
    drawn_.pop_front();
  }
  source_->read_ahead(share_of(announced_, *communicator_));
}

}  // namespace at2
