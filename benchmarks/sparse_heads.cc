// What AT2 saves by reading K attention heads instead of all, from what generation kept (train.sparse_heads).
//
//   launch/build -DAT2_BENCHMARKS=ON
//   build/benchmarks/sparse_heads [ROUNDS [PROMPT_TOKENS [NEW_TOKENS [THREADS [MODEL]]]]]     30, 512, 64, all cores,
//   the default model
//
// The K heads are those with the largest weights in the theta that comes with the program (for other models: the first
// of every layer in turn). The features of the K heads must be those that they have among all heads, but for rounding,
// and the others 0, before anything is timed. Attention of all heads, features of all heads and features of K heads
// take turns; medians, and of the rounds' ratios. Prints a Markdown table.
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ablation/attention_features.h"
#include "base/deps.h"
#include "base/errors.h"
#include "base/random.h"
#include "base/timer.h"
#include "median.h"
#include "model/generate.h"
#include "model/pretrained.h"
#include "train/score_estimator.h"

namespace {

using at2::Feature;
using at2::HeadOutputs;

struct Settings {
  std::int64_t rounds = 30;
  std::int64_t prompt_tokens = 512;
  std::int64_t new_tokens = 64;
  int threads = 0;
  std::string model = "default";
};

Settings read_settings(int argc, char** argv) {
  Settings settings;
  if (argc > 1) settings.rounds = std::stol(argv[1]);
  if (argc > 2) settings.prompt_tokens = std::stol(argv[2]);
  if (argc > 3) settings.new_tokens = std::stol(argv[3]);
  if (argc > 4) settings.threads = std::stoi(argv[4]);
  if (argc > 5) settings.model = argv[5];
  return settings;
}

/// A random prompt with what the model writes after it, in targets of 16 tokens.
struct Traced {
  at2::AttributionTask task;
  at2::AttentionTrace trace;
  at2::TokenRange span;
};

Traced trace_random(const at2::LanguageModel& model, const Settings& settings) {
  at2::AttributionTask task;
  task.example_id = "random";
  at2::RandomStream stream(1, "sparse heads");
  for (std::int64_t t = 0; t < settings.prompt_tokens; ++t) {
    task.tokens.push_back(
        static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(model.config().vocabulary_size))));
  }
  at2::GenerationLimits limits;
  limits.max_new_tokens = settings.new_tokens;
  limits.end_tokens = at2::EndTokens::ignored;
  limits.trace = at2::KeepTrace::yes;
  at2::Generation generation =
      at2::generate_greedy(model, std::vector<std::vector<std::int64_t>>{task.tokens}, limits).front();
  task.tokens.insert(task.tokens.end(), generation.tokens.begin(), generation.tokens.end());
  for (std::int64_t begin = settings.prompt_tokens; begin < std::ssize(task.tokens); begin += 16) {
    task.targets.push_back({begin, std::min<std::int64_t>(begin + 16, std::ssize(task.tokens))});
  }
  const at2::TokenRange span{1, settings.prompt_tokens - 1};
  task.sources = {span};
  return {std::move(task), std::move(*generation.trace), span};
}

/// All heads l H + h, those first that a sparse theta is likely to weigh.
std::vector<std::int64_t> heads_in_order(const at2::ModelConfig& config, bool is_default) {
  std::vector<std::int64_t> order;
  for (std::int64_t h = 0; h < config.num_heads; ++h) {
    for (std::int64_t l = 0; l < config.num_layers; ++l) order.push_back(l * config.num_heads + h);
  }
  if (!is_default) return order;
  const at::Tensor theta =
      at2::load_estimator(at2::default_estimator_path(), "", at2::ModelCheck::accept_any).estimator.weight().abs();
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return theta.const_data_ptr<float>()[a] > theta.const_data_ptr<float>()[b]; });
  return order;
}

at2::TokenAttention read(const at2::ModelConfig& config, const Traced& traced, const HeadOutputs& outputs) {
  return at2::attention_from_trace(config, traced.trace, traced.task, traced.span, &outputs);
}

void require_agreement(const at2::TokenAttention& some, const at2::TokenAttention& all,
                       const std::vector<std::int64_t>& chosen, std::int64_t all_heads) {
  for (std::int64_t f = 0; f < all.attention_GTF.size(2); ++f) {
    const bool is_chosen = std::find(chosen.begin(), chosen.end(), f % all_heads) != chosen.end();
    const at::Tensor read_GT = some.attention_GTF.select(2, f);
    const at::Tensor expected_GT = all.attention_GTF.select(2, f);
    const double away = (read_GT - expected_GT).abs().max().item<double>();
    AT2_EXPECT(is_chosen || read_GT.count_nonzero().item<std::int64_t>() == 0, "other heads are 0");
    AT2_EXPECT(!is_chosen || away <= 1e-5 * expected_GT.abs().max().item<double>(), "chosen heads are as among all");
  }
}

double seconds_of(const at2::ModelConfig& config, const Traced& traced, const HeadOutputs& outputs) {
  const at2::Timer timer;
  static_cast<void>(read(config, traced, outputs));
  return timer.seconds();
}

void measure(const at2::LanguageModel& model, const Traced& traced, const std::string& name,
             const std::vector<Feature>& features, const std::vector<std::int64_t>& chosen, std::int64_t rounds) {
  const at2::ModelConfig& config = model.config();
  const HeadOutputs all(model, features);
  const HeadOutputs some(model, features, {chosen, config.num_layers, config.num_heads});
  require_agreement(read(config, traced, some), read(config, traced, all), chosen, config.num_features());
  const HeadOutputs attention(model, {Feature::attention});
  std::vector<double> times_all;
  std::vector<double> times_some;
  std::vector<double> faster;
  std::vector<double> beside_attention;
  for (std::int64_t round = 0; round < rounds; ++round) {
    const double plain = seconds_of(config, traced, attention);
    times_all.push_back(seconds_of(config, traced, all));
    times_some.push_back(seconds_of(config, traced, some));
    faster.push_back(times_all.back() / times_some.back());
    beside_attention.push_back(times_some.back() / plain);
  }
  std::int64_t layers = 0;
  for (std::int64_t layer = 0; layer < config.num_layers; ++layer) layers += some.heads_of(layer).empty() ? 0 : 1;
  std::printf("| %s | %zu of %lld | %lld of %lld | %.2f | %.2f | %.1f | %.2f |\n", name.c_str(), chosen.size(),
              static_cast<long long>(config.num_features()), static_cast<long long>(layers),
              static_cast<long long>(config.num_layers), 1e3 * at2::benchmarks::median(times_all),
              1e3 * at2::benchmarks::median(times_some), at2::benchmarks::median(faster),
              at2::benchmarks::median(beside_attention));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Settings settings = read_settings(argc, argv);
    const int threads = settings.threads > 0 ? settings.threads : static_cast<int>(std::thread::hardware_concurrency());
    at::set_num_threads(threads);
    const std::filesystem::path path = at2::resolve_model_path(settings.model);
    const at2::ModelConfig config = at2::load_model_text(path).config;
    const at2::LanguageModel model =
        at2::load_language_model(path, config, at2::choose_place({}, 0, at2::stored_dtype(path)));
    const Traced traced = trace_random(model, settings);
    const std::vector<std::int64_t> order = heads_in_order(config, settings.model == "default");
    std::cout << "attention_from_trace, CPU, " << threads << " threads, " << settings.prompt_tokens << " + "
              << settings.new_tokens << " tokens, " << traced.task.targets.size() << " targets, " << settings.rounds
              << " rounds (medians)\n\n| features of a head | heads | layers | all heads, ms | these heads, ms | times "
                 "as fast | beside attention of all heads |\n"
              << "| --- | --- | --- | --- | --- | --- | --- |\n";
    const std::vector<Feature> every = {Feature::attention, Feature::value_norm, Feature::logit_contribution};
    const std::vector<std::pair<std::string, std::vector<Feature>>> sets = {
        {"attention", {Feature::attention}},
        {"logit contribution", {Feature::logit_contribution}},
        {"all three", every}};
    for (const auto& [name, features] : sets) {
      for (const std::int64_t count : {10, 20, 50}) {
        measure(model, traced, name, features,
                {order.begin(), order.begin() + std::min<std::int64_t>(count, std::ssize(order))}, settings.rounds);
      }
    }
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
