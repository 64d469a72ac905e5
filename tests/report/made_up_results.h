/// \file report/made_up_results.h
/// \brief A small made-up run for the tests of the report.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

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
    }
    view.targets.push_back(target);
  }
  return view;
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
  return results;
}

}  // namespace at2
