// Seconds of a training step: 512 targets, 32 ablations, 1,024 features, as in the paper's training.
//
//   cmake -S . -B build -DAT2_BENCHMARKS=ON && cmake --build build --target train_step
//   build/benchmarks/train_step [REPEATS]
//
// For features stored in float32 and in float16, on 1 and 2 threads: the median over REPEATS steps (default 60), in
// milliseconds, with the quartiles. A step is drawing the batch, its gradient and the update. The examples hold more
// than the caches do, and each step draws others.
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "base/timer.h"
#include "train/batch_sampler.h"
#include "train/trainer.h"

namespace {

constexpr std::int64_t examples = 1000;
constexpr std::int64_t targets = 2;
constexpr std::int64_t ablations = 32;
constexpr std::int64_t features = 1024;
constexpr int warm_up = 5;

void fill(at2::FeatureTable& table, at::ScalarType dtype) {
  for (std::int64_t example = 0; example < examples; ++example) {
    table.add((at::rand({targets, ablations, features}) - 0.5).to(dtype), at::randn({targets, ablations}));
  }
}

std::vector<double> milliseconds_per_step(const at2::FeatureTable& table, int repeats) {
  const auto communicator = at2::make_self_communicator();
  at2::TrainOptions options;
  options.steps = repeats + warm_up;
  at2::Trainer trainer(table, features, options, *communicator);
  std::vector<double> times;
  for (int step = 0; step < repeats + warm_up; ++step) {
    const at2::Timer timer;
    static_cast<void>(trainer.step(at2::BatchSampler(table, options.batch_size, 1).draw(step)));
    if (step >= warm_up) times.push_back(timer.seconds() * 1e3);
  }
  std::sort(times.begin(), times.end());
  return times;
}

void measure(at::ScalarType dtype, int repeats) {
  at2::FeatureTable table;
  fill(table, dtype);
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    const std::vector<double> sorted = milliseconds_per_step(table, repeats);
    const auto quantile = [&](double share) {
      return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
    };
    std::printf("%s, %d thread%s: median %.2f ms, quartiles %.2f to %.2f ms\n", c10::toString(dtype), threads,
                threads > 1 ? "s" : "", quantile(0.5), quantile(0.25), quantile(0.75));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int repeats = argc > 1 ? std::atoi(argv[1]) : 60;
  if (repeats < 1) {
    std::cerr << "usage: train_step [REPEATS]\n";
    return 1;
  }
  for (const at::ScalarType dtype : {at::kFloat, at::kHalf}) measure(dtype, repeats);
  return 0;
}
