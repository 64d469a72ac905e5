// The inner pieces of the hot paths, by Google Benchmark, in the shapes of SmolLM2-135M and with one thread:
//
//   launch/setup --benchmarks
//   cmake -S . -B build -DAT2_BENCHMARKS=ON && cmake --build build --target pieces && build/benchmarks/pieces
//
// `FLOPS` is the rate where products dominate; the speed of the others is in rows or bytes a second.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "attribute/lasso.h"
#include "base/random.h"
#include "evaluate/statistics.h"
#include "model/attention.h"
#include "model/kernels.h"
#include "store/checksum.h"
#include "store/shard.h"

namespace at2::benchmarks {
namespace {

constexpr std::int64_t width = 576;
constexpr std::int64_t heads = 9;
constexpr std::int64_t kv_heads = 3;
constexpr std::int64_t head_width = 64;
constexpr std::int64_t feed_forward = 1536;
constexpr std::int64_t vocabulary = 49152;
constexpr std::int64_t layers = 30;

void count_flops(benchmark::State& state, double flops) {
  state.counters["FLOPS"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

std::vector<double> random_values(std::int64_t count) {
  RandomStream stream(1, "pieces");
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) value = stream.uniform();
  return values;
}

/// rows x in by in x out, as every projection of a layer.
void product(benchmark::State& state) {
  const at::NoGradGuard no_gradients;
  const std::int64_t rows = state.range(0);
  const std::int64_t in = state.range(1);
  const std::int64_t out = state.range(2);
  const at::Tensor x = at::rand({rows, in});
  const at::Tensor weight = at::rand({out, in});
  for (auto _ : state) benchmark::DoNotOptimize(linear_rows(x, weight));
  count_flops(state, 2.0 * static_cast<double>(rows * in * out));
}
BENCHMARK(product)
    ->ArgNames({"rows", "in", "out"})
    ->ArgsProduct({{1, 8, 16, 64, 256, 1024, 4096}, {width}, {(heads + 2 * kv_heads) * head_width}})
    ->ArgsProduct({{1, 8, 16, 64, 256, 1024, 4096}, {width}, {2 * feed_forward}})
    ->ArgsProduct({{1, 8, 16, 64, 256, 1024, 4096}, {feed_forward}, {width}})
    ->Unit(benchmark::kMicrosecond);

/// A few rows with weights that no cache holds, as when decoding: 40 matrices, by our own loops or by LibTorch.
void product_of_few_rows(benchmark::State& state) {
  const at::NoGradGuard no_gradients;
  const auto kernel = state.range(1) != 0 ? RowKernel::few : RowKernel::many;
  const at::Tensor x = at::rand({state.range(0), width});
  std::vector<at::Tensor> weights;
  for (int i = 0; i < 40; ++i) weights.push_back(at::rand({2 * feed_forward, width}));
  for (auto _ : state) {
    for (const at::Tensor& weight : weights) benchmark::DoNotOptimize(linear_rows(x, weight, {}, kernel));
  }
}
BENCHMARK(product_of_few_rows)
    ->ArgNames({"rows", "own"})
    ->ArgsProduct({{1, 3, 6, 8, 12, 16}, {0, 1}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

ModelConfig attention_config() {
  ModelConfig config;
  config.num_layers = 1;
  config.num_heads = heads;
  config.num_kv_heads = kv_heads;
  config.head_width = head_width;
  config.score_scale = 0.125;
  config.reach = {AttentionReach::full};
  return config;
}

void run_attention(benchmark::State& state, const Pack& pack, double pairs) {
  const at::NoGradGuard no_gradients;
  const ModelConfig config = attention_config();
  const at::Tensor qkv = at::rand({std::ssize(pack.tokens), heads + 2 * kv_heads, head_width});
  const std::vector<SegmentMask> masks = segment_masks(pack, nullptr, 0, qkv.options());
  for (auto _ : state) benchmark::DoNotOptimize(attend(qkv, config, pack, masks, 0, nullptr));
  count_flops(state, 4.0 * static_cast<double>(heads * head_width) * pairs);
}

/// One sequence, causal.
void attention_of_sequence(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  Pack pack;
  pack.tokens.resize(static_cast<std::size_t>(rows));
  pack.positions.resize(pack.tokens.size());
  std::iota(pack.positions.begin(), pack.positions.end(), 0);
  pack.segments.push_back({{0, rows}, {}, -1, rows});
  run_attention(state, pack, static_cast<double>(rows * (rows + 1) / 2));
}
BENCHMARK(attention_of_sequence)->ArgName("rows")->RangeMultiplier(4)->Range(128, 2048)->Unit(benchmark::kMicrosecond);

/// 32 sequences that share their first rows, as a pack of ablations does.
void attention_of_ablations(benchmark::State& state) {
  constexpr std::int64_t sequences = 32;
  const std::int64_t shared = state.range(0);
  const std::int64_t own = state.range(1);
  Pack pack;
  const auto add = [&](std::int64_t first, std::int64_t count, std::vector<RowRange> prefix) {
    const auto begin = std::ssize(pack.tokens);
    for (std::int64_t i = 0; i < count; ++i) pack.positions.push_back(first + i);
    pack.tokens.resize(pack.positions.size());
    pack.segments.push_back({{begin, begin + count}, std::move(prefix), -1, shared + own});
  };
  add(0, shared, {});
  for (std::int64_t i = 0; i < sequences; ++i) add(shared, own, {{0, shared}});
  const auto pairs_of = [](std::int64_t before, std::int64_t count) {
    return count * before + count * (count + 1) / 2;
  };
  run_attention(state, pack, static_cast<double>(pairs_of(0, shared) + sequences * pairs_of(shared, own)));
}
BENCHMARK(attention_of_ablations)
    ->ArgNames({"shared", "own"})
    ->Args({30, 220})
    ->Args({200, 100})
    ->Unit(benchmark::kMicrosecond);

/// The head on the rows of some target tokens, and their log-odds.
void head_and_log_odds(benchmark::State& state) {
  const at::NoGradGuard no_gradients;
  const std::int64_t rows = state.range(0);
  const at::Tensor hidden = at::rand({rows, width});
  const at::Tensor head = at::rand({vocabulary, width});
  const at::Tensor targets = at::zeros({rows}, at::kLong);
  for (auto _ : state) benchmark::DoNotOptimize(target_log_odds(linear_rows(hidden, head), targets));
  count_flops(state, 2.0 * static_cast<double>(rows * width * vocabulary));
}
BENCHMARK(head_and_log_odds)->ArgName("rows")->Arg(16)->Arg(64)->Arg(256)->Unit(benchmark::kMillisecond);

void log_odds_alone(benchmark::State& state) {
  const at::NoGradGuard no_gradients;
  const std::int64_t rows = state.range(0);
  const at::Tensor logits = at::rand({rows, vocabulary});
  const at::Tensor targets = at::zeros({rows}, at::kLong);
  for (auto _ : state) benchmark::DoNotOptimize(target_log_odds(logits, targets));
  state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(log_odds_alone)->ArgName("rows")->Arg(256)->Unit(benchmark::kMillisecond);

void norm(benchmark::State& state) {
  const at::NoGradGuard no_gradients;
  const at::Tensor x = at::rand({state.range(0), width});
  const at::Tensor weight = at::ones({width});
  for (auto _ : state) benchmark::DoNotOptimize(add_rms_norm(x, x, weight, 1e-5));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(norm)->ArgName("rows")->Arg(1024)->Unit(benchmark::kMicrosecond);

void activation(benchmark::State& state) {
  const at::NoGradGuard no_gradients;
  const at::Tensor x = at::rand({state.range(0), 2 * feed_forward});
  for (auto _ : state) benchmark::DoNotOptimize(gated(x, Activation::silu));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(activation)->ArgName("rows")->Arg(1024)->Unit(benchmark::kMicrosecond);

/// A chunk of examples as `ablate` writes it: features in float16, with fsync.
void shard_write(benchmark::State& state) {
  const std::int64_t examples = state.range(0);
  const auto path = std::filesystem::temp_directory_path() / ("at2_pieces_" + std::to_string(::getpid()) + ".h5");
  const at::Tensor features_GMF = at::rand({4, 32, layers * heads}).to(at::kHalf);
  for (auto _ : state) {
    ShardWriter writer(path, {"ablations", 1, "pieces", "cpu", "float32", instruction_set(), 0, 1});
    for (std::int64_t e = 0; e < examples; ++e) {
      writer.write("examples/" + std::to_string(e) + "/features_GMF", features_GMF, Layout::rows);
    }
    writer.commit();
  }
  std::filesystem::remove(path);
  state.SetBytesProcessed(state.iterations() * examples * static_cast<std::int64_t>(features_GMF.nbytes()));
}
BENCHMARK(shard_write)->ArgName("examples")->Arg(4)->Unit(benchmark::kMillisecond);

/// Comparing a file with its checksum, as a run that goes on does with every shard; out of the page cache.
void checksum(benchmark::State& state) {
  const auto path = std::filesystem::temp_directory_path() / ("at2_pieces_" + std::to_string(::getpid()) + ".h5");
  constexpr std::int64_t kFloatsPerMegabyte = 250000;
  Hdf5Writer writer(path);
  writer.write("values", at::rand({state.range(0) * kFloatsPerMegabyte}));
  const std::int64_t bytes = writer.commit();
  for (auto _ : state) benchmark::DoNotOptimize(check_file(path));
  std::filesystem::remove(path);
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(checksum)->ArgName("MB")->Arg(100)->Unit(benchmark::kMillisecond);

/// A surrogate model of one target.
void lasso_fit(benchmark::State& state) {
  const std::int64_t ablations = state.range(0);
  const std::int64_t sources = state.range(1);
  std::vector<std::uint8_t> keep_MS;
  for (const double value : random_values(ablations * sources)) keep_MS.push_back(value < 0.5 ? 0 : 1);
  const std::vector<double> logit_probs_M = random_values(ablations);
  for (auto _ : state) benchmark::DoNotOptimize(esm_scores(keep_MS, logit_probs_M, 10, 0.01));
}
BENCHMARK(lasso_fit)
    ->ArgNames({"ablations", "sources"})
    ->Args({32, 16})
    ->Args({256, 16})
    ->Args({32, 300})
    ->Args({256, 300})
    ->Unit(benchmark::kMicrosecond);

void rank_correlation(benchmark::State& state) {
  const std::vector<double> values = random_values(2 * state.range(0));
  const auto half = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(spearman(std::span(values).first(half), std::span(values).last(half)));
}
BENCHMARK(rank_correlation)->ArgName("values")->Arg(32)->Arg(1024)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace at2::benchmarks

int main(int argc, char** argv) {
  at::set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
