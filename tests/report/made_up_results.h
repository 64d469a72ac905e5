/// \file report/made_up_results.h
/// \brief A small made-up run for the tests of the report.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "report/format.h"
#include "report/results.h"

namespace at2 {

inline Estimate made_up_estimate(double mean, double standard_error) {
  return {mean, standard_error, mean - 2 * standard_error, mean + 2 * standard_error, 24};
}

/// Every word and the blank before it.
inline std::vector<CharRange> word_ranges(const std::string& text) {
  std::vector<CharRange> ranges;
  for (std::int64_t begin = 0, at = 1; at <= static_cast<std::int64_t>(text.size()); ++at) {
    if (at == static_cast<std::int64_t>(text.size()) || text[static_cast<std::size_t>(at)] == ' ') {
      ranges.push_back({begin, at});
      begin = at;
    }
  }
  return ranges;
}

/// Every sentence, without the blank between them.
inline std::vector<CharRange> sentence_ranges(const std::string& text) {
  std::vector<CharRange> ranges;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t stop = std::min(text.find(". ", begin), text.size() - 1);
    ranges.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(stop + 1)});
    begin = stop + 2;
  }
  return ranges;
}

/// Scores with two peaks, at places that depend on the method and the target.
inline std::vector<double> made_up_scores(std::size_t num_sources, std::size_t method, std::size_t target) {
  std::vector<double> scores(num_sources);
  const double peak = static_cast<double>((7 * target + 3 * method + 2) % num_sources);
  for (std::size_t source = 0; source < num_sources; ++source) {
    const double distance = std::abs(static_cast<double>(source) - peak);
    scores[source] = 3 * std::exp(-distance * distance / 2) + (source % 5 == method ? 0.4 : -0.1);
  }
  return scores;
}

inline MethodRow made_up_row(const std::string& key, const std::string& method, const std::string& sources,
                             std::optional<Estimate> lds, const std::map<std::int64_t, Estimate>& drops,
                             const std::array<double, 3>& cost) {
  MethodRow row;
  row.key = key;
  row.method = method;
  row.sources = sources;
  row.lds = lds;
  row.drop_by_k = drops;
  row.forward_passes = cost[0];
  row.backward_passes = cost[1];
  row.seconds = cost[2];
  return row;
}

inline ExampleView made_up_example(const std::string& id, const std::string& context, const std::string& query,
                                   const std::string& response, const std::string& sources) {
  ExampleView view{id, context, query, response, sources, {}, {}, {}};
  view.source_ranges = sources == "token" ? word_ranges(context) : sentence_ranges(context);
  const std::vector<std::string> methods = {"AT2", "Average attention", "Gradient L1", "ESM (32)"};
  for (const CharRange range : sentence_ranges(response)) {
    TargetView target{range, {}};
    for (std::size_t method = 0; method < methods.size(); ++method) {
      target.scores[methods[method]] = made_up_scores(view.source_ranges.size(), method, view.targets.size());
      const auto number = static_cast<double>(method);
      target.drop_by_k[methods[method]] = {{1, 2.25 - number / 2}, {3, 4.5 - number / 2}};
    }
    if (sources == "sentence") target.effects = made_up_scores(view.source_ranges.size(), 4, view.targets.size());
    view.targets.push_back(target);
  }
  constexpr std::array<std::array<double, 3>, 3> kHeads = {{{19, 4, 0.0312}, {6, 2, -0.00002}, {25, 8, 0.00001}}};
  for (std::size_t head = 0; head < kHeads.size(); ++head) {
    HeadView seen{
        static_cast<std::int64_t>(kHeads[head][0]), static_cast<std::int64_t>(kHeads[head][1]), kHeads[head][2], {}};
    for (std::size_t target = 0; target < view.targets.size(); ++target) {
      seen.attention_GS.push_back(made_up_scores(view.source_ranges.size(), head, target));
      for (double& weight : seen.attention_GS.back()) weight = std::max(0.001, weight) / 20;
    }
    view.heads.push_back(seen);
  }
  view.data_set = "held_out";
  return view;
}

inline RunOrigin made_up_origin() {
  Provenance run;
  run.version = "0.1.0";
  run.commit = "0123abcd";
  run.command = "run";
  run.model = "SmolLM2-135M-Instruct-Q4_1.gguf";
  run.ranks = 2;
  run.hosts = {"alder", "alder"};
  run.devices = {"cpu", "cpu"};
  run.started = "2025-01-31T12:00:00Z";
  run.ended = "2025-01-31T12:05:00Z";
  run.datasets = {{"train", "data/train.jsonl", 1, 99, 96, 96, {{"empty context", 3}}},
                  {"evaluation", "data/held_out.jsonl", 1, 24, 24, 24}};
  for (const std::int64_t rank : {0, 1}) {
    RankCost cost;
    cost.stage = "evaluate";
    cost.rank = rank;
    cost.host = "alder";
    cost.device = "cpu";
    cost.chunks = 3;
    cost.forward_passes = 2605;
    cost.seconds = 88.1;
    cost.waited_seconds = 0.2;
    cost.peak_resident_bytes = 912'000'000;
    run.rank_costs.push_back(cost);
  }
  return {run, "seed: 7\nname: quickstart\n", 7, "00112233445566778899aabbccddeeff",
          "ffeeddccbbaa99887766554433221100"};
}

inline PruneView made_up_prune() {
  PruneView prune;
  const auto add = [&](const std::string& method, std::optional<std::int64_t> kept, double f1, double share) {
    PruneRow row;
    row.method = method;
    row.kept = kept;
    row.f1 = made_up_estimate(f1, 0.008);
    row.exact_match = made_up_estimate(f1 - 0.1, 0.008);
    row.kept_share = share;
    prune.rows.push_back(row);
  };
  add("Whole context", std::nullopt, 0.412, 1);
  add("Oracle", std::nullopt, 0.553, 0.24);
  for (const std::int64_t kept : {1, 2, 3, 4, 6, 8}) {
    const auto k = static_cast<double>(kept);
    const double share = 0.1 + 0.09 * k;
    add("AT2", kept, 0.412 + 0.11 * std::exp(-(k - 3) * (k - 3) / 8), share);
    add("Average attention", kept, 0.412 - 0.12 * std::exp(-k / 2), share);
    add("ESM (32)", kept, 0.412 + 0.06 * std::exp(-(k - 4) * (k - 4) / 8) - 0.05 * std::exp(-k), share);
  }
  prune.examples = 4000;
  prune.unmarked_answers = 37;
  return prune;
}

inline TimingView made_up_timing() {
  TimingView timing;
  timing.rows = {{"Forward pass", 0.112, 0.081, 0.164, 1, 61e6},
                 {"Backward pass", 0.236, 0.171, 0.342, 2.1, 412e6},
                 {"AT2 (saved attention)", 0.0021, 0.0015, 0.0032, 0.019, 9e6},
                 {"AT2 (recomputed attention)", 0.0412, 0.031, 0.058, 0.37, 22e6}};
  timing.examples = 50;
  timing.mean_tokens = 1432;
  timing.place = "cpu, float32, 2 threads, x86-64-v3";
  return timing;
}

inline RunResults made_up_results() {
  RunResults results;
  results.name = "quickstart";
  results.model = "SmolLM2-135M-Instruct (Q4_1, float32 on cpu)";
  results.training_set = "data/train.jsonl";
  results.evaluation_set = "data/held_out.jsonl";
  results.counts = {96, 24, 203, 51, {{"empty context", 1}, {"longer than the model allows", 2}}};
  results.rows = {
      made_up_row("at2", "AT2", "token", made_up_estimate(0.612, 0.021),
                  {{1, made_up_estimate(1.9, 0.3)}, {3, made_up_estimate(4.1, 0.4)}, {5, made_up_estimate(6.2, 0.5)}},
                  {1, 0, 0.081}),
      made_up_row("average_attention", "Average attention", "token", made_up_estimate(0.354, 0.03),
                  {{1, made_up_estimate(0.2, 0.1)}, {3, made_up_estimate(0.9, 0.2)}, {5, made_up_estimate(1.7, 0.3)}},
                  {1, 0, 0.079}),
      made_up_row("gradient", "Gradient L1", "token", made_up_estimate(0.287, 0.028),
                  {{1, made_up_estimate(1.0, 0.2)}, {3, made_up_estimate(2.2, 0.3)}, {5, made_up_estimate(3.4, 0.4)}},
                  {2.1, 2.1, 0.34}),
      made_up_row("esm_32", "ESM (32)", "token", made_up_estimate(0.322, 0.024),
                  {{1, made_up_estimate(1.4, 0.3)}, {3, made_up_estimate(2.8, 0.3)}, {5, made_up_estimate(3.9, 0.4)}},
                  {32, 0, 1.62}),
      made_up_row("at2", "AT2", "sentence", made_up_estimate(0.741, 0.025),
                  {{1, made_up_estimate(8.9, 0.9)}, {3, made_up_estimate(14.2, 1.1)}, {5, made_up_estimate(16.0, 1.2)}},
                  {1, 0, 0.081}),
      made_up_row("average_attention", "Average attention", "sentence", made_up_estimate(0.633, 0.035),
                  {{1, made_up_estimate(7.1, 0.9)}, {3, made_up_estimate(12.9, 1.1)}, {5, made_up_estimate(15.1, 1.2)}},
                  {1, 0, 0.079}),
      made_up_row("gradient", "Gradient L1", "sentence", std::nullopt,
                  {{1, made_up_estimate(6.4, 0.8)}, {3, made_up_estimate(11.8, 1.0)}, {5, made_up_estimate(14.6, 1.2)}},
                  {2.1, 2.1, 0.34}),
      made_up_row("esm_32", "ESM (32)", "sentence", made_up_estimate(0.802, 0.02),
                  {{1, made_up_estimate(9.4, 0.9)}, {3, made_up_estimate(14.9, 1.1)}, {5, made_up_estimate(16.1, 1.2)}},
                  {32, 0, 1.62})};
  // Differences to the AT2 of the same kind of source, and errors from drawing masks.
  for (MethodRow& row : results.rows) {
    const MethodRow& at2 = results.rows[row.sources == "token" ? 0 : 4];
    if (row.lds) row.lds_mask_error = 0.011;
    if (row.key == "at2") continue;
    if (row.lds) row.lds_over_at2 = made_up_estimate(row.lds->mean - at2.lds->mean, 0.02);
    for (const auto& [k, drop] : row.drop_by_k) {
      row.drop_over_at2_by_k[k] = made_up_estimate(drop.mean - at2.drop_by_k.at(k).mean, 0.3);
    }
  }
  results.prune = made_up_prune();
  results.timing = made_up_timing();
  ThetaView theta{30, 9, {}};
  for (int cell = 0; cell < 270; ++cell) {
    const double wave = std::sin(cell * 12.9898) * 43758.5453;
    const double noise = wave - std::floor(wave) - 0.4;
    theta.coefficients_LH.push_back(static_cast<float>(0.02 * noise * noise * noise));
  }
  results.theta = theta;
  for (int step = 0; step < 1000; ++step) results.training_loss.push_back(-0.35 - 0.3 * (1 - std::exp(-step / 180.0)));
  const std::string context =
      "The lighthouse at Cape Varn was built in 1871 by the engineer Ada Lindqvist. It stands 38 metres tall and is "
      "painted white with two red bands. A storm in 1903 broke the lamp room, and the keeper's family lived in the "
      "village for a year. The lamp was electrified in 1934. Today the tower is a museum that opens from May to "
      "September, and visitors may climb its 196 steps.";
  const std::string response =
      "The lighthouse was built by Ada Lindqvist in 1871. It is 38 metres tall. It opens in May.";
  for (const char* kind : {"token", "sentence"}) {
    results.examples.push_back(
        made_up_example("held_out-3", context, "Who built the lighthouse, and how tall is it?", response, kind));
  }
  for (const char* kind : {"token", "sentence"}) {
    results.examples.push_back(made_up_example("held_out-9", context, "When was the lamp electrified?",
                                               "The lamp was electrified in 1934.", kind));
  }
  results.stages = {{"generate", 41.2, 3120},
                    {"ablate", 163.9, 9408},
                    {"train", 7.4, 0},
                    {"evaluate", 88.1, 5210},
                    {"report", 0.12, 0}};
  results.notes = {"3 of 768 evaluation masks were also used to fit ESM."};
  results.origin = made_up_origin();
  return results;
}

/// All methods on one kind of source, with numbers that depend on the model and the data set.
inline std::vector<MethodRow> made_up_rows(const std::string& sources, double easier) {
  struct Made {
    const char* key;
    const char* method;
    double lds, drop, forward, backward;
  };
  constexpr std::array<Made, 9> kMade = {{{"at2", "AT2", 0.62, 6.2, 1, 0},
                                          {"at2_general", "AT2 (general)", 0.60, 6.0, 1, 0},
                                          {"average_attention", "Average attention", 0.35, 1.7, 1, 0},
                                          {"gradient", "Gradient L1", 0.29, 3.4, 1, 1.6},
                                          {"esm_32", "ESM (32)", 0.31, 3.9, 32, 0},
                                          {"esm_64", "ESM (64)", 0.42, 4.9, 64, 0},
                                          {"esm_128", "ESM (128)", 0.55, 5.8, 128, 0},
                                          {"esm_256", "ESM (256)", 0.67, 6.6, 256, 0},
                                          {"leave_one_out", "Leave one out", 0.51, 5.9, 310, 0}}};
  std::vector<MethodRow> rows;
  for (const Made& made : kMade) {
    MethodRow row = made_up_row(made.key, made.method, sources, made_up_estimate(made.lds + 0.2 * easier, 0.02),
                                {{5, made_up_estimate(made.drop * (1 + 2 * easier), 0.35)}},
                                {made.forward, made.backward, 0.08 * made.forward});
    row.lds_mask_error = 0.011;
    if (row.key != "at2") {
      row.lds_over_at2 = made_up_estimate(made.lds - 0.62, 0.015);
      row.drop_over_at2_by_k[5] = made_up_estimate(made.drop - 6.2, 0.2);
    }
    rows.push_back(row);
  }
  return rows;
}

/// A text of many sentences, too long to be shown whole.
inline std::string long_text() {
  std::string text;
  for (int year = 1; year <= 60; ++year) {
    text += "In year " + std::to_string(year) + " of the survey the keeper noted " + std::to_string(7 * year % 31) +
            " storms and a calm week. ";
  }
  return text + "Then the books end.";
}

/// Runs of three models on several data sets and both tasks, as for the paper's figures.
inline std::vector<RunResults> made_up_study() {
  std::vector<RunResults> runs;
  const auto add = [&](const std::string& task, const std::string& model, const std::string& set, double easier) {
    RunResults run;
    run.name = slug(model + " " + set);
    run.task = task;
    run.model = model;
    run.training_set = set;
    run.evaluation_set = set;
    run.counts.training_examples = 2000;
    run.counts.evaluation_examples = 400;
    for (const auto& [kind, more] : {std::pair("token", 0.0), std::pair("sentence", 0.35)}) {
      for (MethodRow& row : made_up_rows(kind, easier + more)) {
        // Leaving out every token would take too long.
        if (row.key != "leave_one_out" || row.sources == "sentence") run.rows.push_back(std::move(row));
      }
      run.examples.push_back(made_up_example(set + "-7", long_text(), "How many storms were there in year 12?",
                                             "There were 22 storms. The week was calm.", kind));
    }
    runs.push_back(std::move(run));
  };
  for (const auto& [model, easier] : {std::pair("SmolLM2-135M-Instruct", 0.0), std::pair("Llama-3.1-8B-Instruct", 0.1),
                                      std::pair("Phi-3.5-mini-instruct", 0.05)}) {
    double shift = easier;
    for (const char* set : {"CNN DailyMail", "HotpotQA", "Natural Questions", "MS MARCO"}) {
      add("context", model, set, shift);
      shift += 0.04;
    }
  }
  for (const char* set : {"DROP", "Global Opinions QA"}) add("thought", "DeepSeek-R1-Distill-Qwen-7B", set, 0.1);
  const RunResults whole = made_up_results();
  runs[0].examples = whole.examples;
  runs[0].theta = whole.theta;
  runs[1].prune = whole.prune;
  runs[1].timing = whole.timing;
  runs[4].theta = ThetaView{32, 32, {}};
  for (int cell = 0; cell < 1024; ++cell) {
    runs[4].theta->coefficients_LH.push_back(static_cast<float>(0.01 * std::sin(cell * cell * 0.37)));
  }
  return runs;
}

}  // namespace at2
