// What the other features of attention heads cost beside attention alone (docs/features.md).
//
//   launch/build --only feature_cost -DAT2_BENCHMARKS=ON
//   build/benchmarks/feature_cost [ROUNDS [THREADS [MODEL]]]      9, all cores, the default model
//
// On the attributed text of benchmarks/workload, in float32 on the CPU: all sets of features take turns in every round,
// and their attention must have equal bits. Prints a Markdown table: the time of attention alone, and how many times as
// long the others take, as median (lowest to highest) of the rounds' ratios. Then what is prepared once per model.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "ablation/attention_features.h"
#include "base/errors.h"
#include "base/timer.h"
#include "kept_trace.h"
#include "median.h"
#include "model/pretrained.h"
#include "workload.h"

namespace at2::benchmarks {
namespace {

struct Settings {
  int rounds = 9;
  int threads = 0;
  std::string model = "default";
};

Settings read_settings(int argc, char** argv) {
  Settings settings;
  if (argc > 1) settings.rounds = std::stoi(argv[1]);
  if (argc > 2) settings.threads = std::stoi(argv[2]);
  if (argc > 3) settings.model = argv[3];
  if (settings.rounds < 1) throw UserError("no rounds", "ROUNDS is below 1", "give a number such as 9");
  if (settings.threads < 1) settings.threads = static_cast<int>(std::thread::hardware_concurrency());
  return settings;
}

/// Attention alone first.
std::vector<std::vector<Feature>> feature_sets() {
  return {{Feature::attention},
          {Feature::attention, Feature::value_norm},
          {Feature::attention, Feature::logit_contribution},
          {Feature::attention, Feature::value_norm, Feature::logit_contribution}};
}

/// One way to get features; all its runs must give the same attention.
struct Path {
  std::string name;
  AttributionTask task;
  std::function<TokenAttention(const HeadOutputs&)> read;
  /// Runs one after another that are timed as one.
  int repeats = 1;
};

std::vector<Path> paths_of(const LanguageModel& model, const Workload& workload) {
  AttributionTask sentences = workload.task;
  sentences.sources = workload.token.sources;
  AttributionTask tokens = sentences;
  tokens.targets = single_tokens(workload.response);
  const auto* m = &model;
  const TokenRange span = workload.context;
  const at::Tensor keep_MS = workload.token.keep_MS;
  const auto from_trace = [&](const std::string& name, const AttributionTask& task) {
    return Path{name, task,
                [=, trace = trace_of(model, task)](const HeadOutputs& outputs) {
                  return attention_from_trace(m->config(), trace, task, span, &outputs);
                },
                20};
  };
  return {{"a forward pass", sentences,
           [=](const HeadOutputs& outputs) { return attention_to_tokens(*m, sentences, span, &outputs); }},
          {"an example of `ablate`, but for its ablations", sentences,
           [=](const HeadOutputs& outputs) {
             TokenAttention attention = attention_to_tokens(*m, sentences, span, &outputs);
             static_cast<void>(ablation_features(attention_to_sources(attention, sentences.sources), keep_MS));
             return attention;
           }},
          from_trace("a kept trace, sentences as targets", sentences),
          from_trace("a kept trace, tokens as targets", tokens)};
}

double seconds_of(const Path& path, const HeadOutputs& outputs) {
  const Timer timer;
  for (int i = 0; i < path.repeats; ++i) static_cast<void>(path.read(outputs));
  return timer.seconds() / path.repeats;
}

void expect_equal_attention(const Path& path, const std::vector<HeadOutputs>& sets) {
  const Feature attention[] = {Feature::attention};
  const at::Tensor expected = only(path.read(sets.front()), attention).attention_GTF;
  for (const HeadOutputs& outputs : sets) {
    AT2_EXPECT(only(path.read(outputs), attention).attention_GTF.equal(expected),
               "attention has equal bits whatever is read with it");
  }
}

/// Seconds of every round for every set.
std::vector<std::vector<double>> time_sets(const Path& path, const std::vector<HeadOutputs>& sets, int rounds) {
  std::vector<std::vector<double>> seconds(sets.size());
  for (int round = 0; round < rounds; ++round) {
    // Each set is first in some rounds.
    for (std::size_t place = 0; place < sets.size(); ++place) {
      const std::size_t set = (place + static_cast<std::size_t>(round)) % sets.size();
      seconds[set].push_back(seconds_of(path, sets[set]));
    }
  }
  return seconds;
}

void print_row(const Path& path, const std::vector<std::vector<double>>& seconds) {
  std::printf("| %s | %zu | %.1f ms |", path.name.c_str(), path.task.targets.size(), 1e3 * median(seconds.front()));
  for (std::size_t set = 1; set < seconds.size(); ++set) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < seconds[set].size(); ++round) {
      ratios.push_back(seconds[set][round] / seconds.front()[round]);
    }
    const auto [lowest, highest] = std::minmax_element(ratios.begin(), ratios.end());
    std::printf(" **%.2f** (%.2f-%.2f) |", median(ratios), *lowest, *highest);
  }
  std::printf("\n");
  std::fflush(stdout);
}

void print_preparation(const LanguageModel& model, int rounds) {
  std::printf("\nOnce per model:");
  for (const auto& [feature, name] :
       {std::pair{Feature::value_norm, "value_norm"}, {Feature::logit_contribution, "logit_contribution"}}) {
    std::vector<double> seconds;
    for (int round = 0; round < rounds; ++round) {
      const Timer timer;
      const HeadOutputs outputs(model, {feature});
      seconds.push_back(timer.seconds());
    }
    std::printf(" %s %.0f ms", name, 1e3 * median(seconds));
  }
  std::printf("\n");
}

void run(const Settings& settings) {
  at::set_num_threads(settings.threads);
  const at::NoGradGuard no_gradients;
  const std::filesystem::path path = resolve_model_path(settings.model);
  const LanguageModel model = load_language_model(path, load_model_text(path).config, ComputePlace{});
  const Workload workload = make_workload("benchmarks/workload", path);
  std::vector<HeadOutputs> sets;
  for (const std::vector<Feature>& features : feature_sets()) sets.emplace_back(model, features);
  std::printf(
      "%s, CPU, float32, threads: %d, rounds: %d; tokens: %zu, of the context: %lld, of the response: %lld\n\n"
      "| from | targets | attention alone | and value_norm | and logit_contribution | all three |\n"
      "| --- | --- | --- | --- | --- | --- |\n",
      model_name(path).c_str(), settings.threads, settings.rounds, workload.task.tokens.size(),
      static_cast<long long>(workload.context.size()), static_cast<long long>(workload.response.size()));
  for (const Path& way : paths_of(model, workload)) {
    expect_equal_attention(way, sets);
    print_row(way, time_sets(way, sets, settings.rounds));
  }
  print_preparation(model, settings.rounds);
}

}  // namespace
}  // namespace at2::benchmarks

int main(int argc, char** argv) {
  try {
    at2::benchmarks::run(at2::benchmarks::read_settings(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
