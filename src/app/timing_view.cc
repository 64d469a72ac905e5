#include "app/timing_view.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/errors.h"
#include "evaluate/statistics.h"

namespace at2 {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

Json to_json(const OperationTiming& timing) {
  return {{"operation", timing.operation},
          {"seconds", timing.seconds},
          {"peak_bytes", timing.peak_bytes ? Json(*timing.peak_bytes) : Json(nullptr)}};
}

Json to_json(const ExampleTiming& example) {
  Json operations = Json::array();
  for (const OperationTiming& timing : example.operations) operations.push_back(to_json(timing));
  return {{"id", example.id},
          {"prompt_tokens", example.prompt_tokens},
          {"response_tokens", example.response_tokens},
          {"sources", example.sources},
          {"largest_difference", example.largest_difference},
          {"operations", operations}};
}

OperationTiming operation_of(const Json& record) {
  OperationTiming timing;
  record.at("operation").get_to(timing.operation);
  record.at("seconds").get_to(timing.seconds);
  if (!record.at("peak_bytes").is_null()) timing.peak_bytes = record.at("peak_bytes").get<double>();
  return timing;
}

ExampleTiming example_of(const Json& record) {
  ExampleTiming example;
  record.at("id").get_to(example.id);
  record.at("prompt_tokens").get_to(example.prompt_tokens);
  record.at("response_tokens").get_to(example.response_tokens);
  record.at("sources").get_to(example.sources);
  record.at("largest_difference").get_to(example.largest_difference);
  for (const Json& operation : record.at("operations")) example.operations.push_back(operation_of(operation));
  return example;
}

double quantile_of(std::vector<double> values, double probability) {
  std::sort(values.begin(), values.end());
  return quantile(values, probability);
}

TimingRow row_of(const Timings& timings, std::size_t operation) {
  std::vector<double> seconds;
  std::vector<double> shares;
  double peak = 0;
  bool known = true;
  for (const ExampleTiming& example : timings.examples) {
    const OperationTiming& timing = example.operations.at(operation);
    seconds.push_back(quantile_of(timing.seconds, 0.5));
    shares.push_back(seconds.back() / quantile_of(example.operations.front().seconds, 0.5));
    peak = std::max(peak, timing.peak_bytes.value_or(0));
    known = known && timing.peak_bytes;
  }
  return {timings.examples.front().operations.at(operation).operation,
          quantile_of(seconds, 0.5),
          quantile_of(seconds, 0.25),
          quantile_of(seconds, 0.75),
          quantile_of(shares, 0.5),
          known ? peak : std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace

void write_timings(const std::filesystem::path& file, const Timings& timings) {
  Json examples = Json::array();
  for (const ExampleTiming& example : timings.examples) examples.push_back(to_json(example));
  const Json content = {{"schema_version", kVersion},
                        {"model", timings.model},
                        {"place", timings.place},
                        {"source_kind", timings.source_kind},
                        {"examples", examples}};
  replace_file(file, content.dump(1) + "\n");
}

TimingView timing_view(const Timings& timings) {
  AT2_EXPECT(!timings.examples.empty(), "something was timed");
  TimingView view;
  view.examples = std::ssize(timings.examples);
  view.place = timings.place;
  std::int64_t tokens = 0;
  for (const ExampleTiming& example : timings.examples) tokens += example.prompt_tokens + example.response_tokens;
  view.mean_tokens = (tokens + view.examples / 2) / view.examples;
  for (std::size_t i = 0; i < timings.examples.front().operations.size(); ++i) view.rows.push_back(row_of(timings, i));
  return view;
}

std::optional<TimingView> read_timing(const std::filesystem::path& run_folder) {
  const std::filesystem::path file = run_folder / "timing.json";
  std::ifstream stream(file);
  if (!stream) return std::nullopt;
  try {
    const Json content = Json::parse(stream);
    Timings timings;
    content.at("model").get_to(timings.model);
    content.at("place").get_to(timings.place);
    content.at("source_kind").get_to(timings.source_kind);
    for (const Json& record : content.at("examples")) timings.examples.push_back(example_of(record));
    const bool wrong = timings.examples.empty() ||
                       std::any_of(timings.examples.begin(), timings.examples.end(), [&](const ExampleTiming& example) {
                         return example.operations.size() != timings.examples.front().operations.size() ||
                                std::any_of(example.operations.begin(), example.operations.end(),
                                            [](const OperationTiming& timing) { return timing.seconds.empty(); });
                       });
    if (wrong) throw UserError(file.string() + " is damaged", "timings are missing", "run at2 bench-attribution again");
    return timing_view(timings);
  } catch (const Json::exception& error) {
    throw UserError(file.string() + " is damaged", error.what(), "run at2 bench-attribution again");
  }
}

}  // namespace at2
