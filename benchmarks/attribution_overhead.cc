// What an attribution adds to the time of writing the answer: at2 attribute with AT2 beside the answer alone.
//
//   launch/build -DAT2_BENCHMARKS=ON
//   build/benchmarks/attribution_overhead [ROUNDS [NEW_TOKENS [THREADS [MODEL]]]]      5, 64, all cores, the default
//   model
//
// Each question of benchmarks/workload/prompts.jsonl is answered without and with attribution of every sentence to the
// sentences of its context, in turns. Both answers must be the same. Prints a Markdown table with one row per question.
#include <ATen/Parallel.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "app/attribution_engine.h"
#include "base/errors.h"
#include "base/timer.h"
#include "median.h"

namespace {

struct Settings {
  std::string model = "default";
  std::int64_t rounds = 5;
  std::int64_t new_tokens = 64;
  int threads = 0;
};

Settings read_settings(int argc, char** argv) {
  Settings settings;
  if (argc > 1) settings.rounds = std::stol(argv[1]);
  if (argc > 2) settings.new_tokens = std::stol(argv[2]);
  if (argc > 3) settings.threads = std::stoi(argv[3]);
  if (argc > 4) settings.model = argv[4];
  return settings;
}

/// In the current folder, which is that of the clone.
constexpr const char* kQuestions = "benchmarks/workload/prompts.jsonl";

std::vector<at2::Question> read_questions(const Settings& settings) {
  std::vector<at2::Question> questions;
  std::ifstream file(kQuestions);
  if (!file)
    throw at2::UserError(std::string("cannot read ") + kQuestions, "it is not there", "run this in the clone's folder");
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line);
    at2::Question question;
    question.documents = {{"context", json.at("context")}};
    question.query = json.at("instruction");
    question.max_new_tokens = settings.new_tokens;
    questions.push_back(std::move(question));
  }
  return questions;
}

struct Row {
  at2::AttributedAnswer answer;
  double alone = 0;
  double attributed = 0;
  double attribution = 0;
};

Row measure(at2::AttributionEngine& engine, const at2::Question& question, std::int64_t rounds) {
  at2::Question plain = question;
  plain.methods.clear();
  Row row;
  std::vector<double> alone;
  std::vector<double> attributed;
  std::vector<double> attribution;
  for (std::int64_t round = -1; round < rounds; ++round) {
    const at2::Timer first;
    const std::string text = engine.answer(plain, {}).response;
    const double alone_seconds = first.seconds();
    const at2::Timer second;
    row.answer = engine.answer(question, {});
    const double attributed_seconds = second.seconds();
    AT2_EXPECT(text == row.answer.response, "an attributed answer is the answer");
    // The first round warms up.
    if (round < 0) continue;
    alone.push_back(alone_seconds);
    attributed.push_back(attributed_seconds);
    attribution.push_back(row.answer.methods.front().seconds);
  }
  row.alone = at2::benchmarks::median(alone);
  row.attributed = at2::benchmarks::median(attributed);
  row.attribution = at2::benchmarks::median(attribution);
  return row;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Settings settings = read_settings(argc, argv);
    const int threads = settings.threads > 0 ? settings.threads : static_cast<int>(std::thread::hardware_concurrency());
    at::set_num_threads(threads);
    at2::AttributionEngine engine({settings.model, {}, at2::EstimatorUse::required, {}});
    std::cout
        << "AT2, CPU, float32, " << threads << " threads, " << settings.rounds << " rounds (medians)\n\n"
        << "| prompt tokens | written tokens | targets x sources | answer alone, s | attributed, s | added | of it the "
           "scores, ms |\n| --- | --- | --- | --- | --- | --- | --- |\n";
    for (const at2::Question& question : read_questions(settings)) {
      const Row row = measure(engine, question, settings.rounds);
      std::printf("| %lld | %lld | %zu x %zu | %.2f | %.2f | %.1f %% | %.1f |\n",
                  static_cast<long long>(row.answer.prompt_tokens), static_cast<long long>(row.answer.response_tokens),
                  row.answer.targets.size(), row.answer.sources.size(), row.alone, row.attributed,
                  100 * (row.attributed / row.alone - 1), 1e3 * row.attribution);
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
