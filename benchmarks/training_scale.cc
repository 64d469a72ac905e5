// Training from shards on disk: speed, and memory over time. benchmarks/training_scale runs it and prints tables.
//
//   training_scale make FOLDER TARGETS
//   training_scale train FOLDER --steps S --cache-gb X --readers R [--cold] [--repeat N] [--threads T]
//
// The first form writes ablation shards of random features: 5 targets of an example, 32 ablations, 1,024 features in
// float16, 1,000 targets per file. The second trains on them and prints one line of JSON. With --cold the system is
// asked to forget the files first; with --repeat the training set is N times the same files: an index and batches of
// the true size, features from fewer bytes than it would have. Under mpirun it trains on all ranks; rank 0 prints.
#include <ATen/Parallel.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/errors.h"
#include "base/timer.h"
#include "comm/environment.h"
#include "memory.h"
#include "random_features.h"
#include "store/shard_folder.h"
#include "train/shard_features.h"
#include "train/trainer.h"

namespace at2::benchmarks {
namespace {

constexpr std::int64_t num_ablations = 32;
constexpr std::int64_t num_features = 1024;
constexpr std::int64_t targets_of_example = 5;
constexpr std::int64_t examples_of_shard = 200;
/// Points of the curve of memory.
constexpr std::int64_t num_points = 10;

struct Arguments {
  std::string form;
  std::filesystem::path folder;
  std::map<std::string, std::string> values;

  [[nodiscard]] double number(const std::string& key, double otherwise) const {
    const auto found = values.find(key);
    return found == values.end() ? otherwise : std::stod(found->second);
  }
};

Arguments read_arguments(int argc, char** argv) {
  if (argc < 3) throw UserError("too few arguments", "a form and a folder are needed", "see training_scale.cc");
  Arguments arguments{argv[1], argv[2], {}};
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--cold" || arguments.form == "make") {
      arguments.values[word == "--cold" ? word : "targets"] = word;
    } else if (word.starts_with("--") && i + 1 < argc) {
      arguments.values[word] = argv[++i];
    } else {
      throw UserError("unknown argument " + word, "training_scale does not know it", "see training_scale.cc");
    }
  }
  return arguments;
}

void write_shard(const std::filesystem::path& folder, std::int64_t chunk, std::int64_t num_chunks) {
  ShardWriter writer(shard_path(folder, chunk),
                     {"ablations", 1, "benchmark", "cpu", "float32", instruction_set(), chunk, num_chunks});
  for (std::int64_t e = 0; e < examples_of_shard; ++e) {
    const std::int64_t example = chunk * examples_of_shard + e;
    const std::int64_t rows = example * targets_of_example * num_ablations;
    const std::string group = example_group(example);
    writer.write_attribute(group, "skipped", "");
    writer.write(group + "/features_GMF",
                 random_tensor({targets_of_example, num_ablations, num_features}, rows * num_features, 1.0F),
                 Layout::rows);
    writer.write(
        group + "/logit_probs_GM",
        random_tensor({targets_of_example, num_ablations}, first_logit_prob + rows, logit_prob_scale).to(at::kFloat),
        Layout::rows);
  }
  writer.commit();
}

void make(const Arguments& arguments) {
  const auto targets = static_cast<std::int64_t>(arguments.number("targets", 20000));
  const std::int64_t num_chunks = std::max<std::int64_t>(1, targets / (targets_of_example * examples_of_shard));
  std::filesystem::create_directories(arguments.folder);
  for (std::int64_t chunk = 0; chunk < num_chunks; ++chunk) write_shard(arguments.folder, chunk, num_chunks);
}

/// The shards of the folder in order, `repeat` times.
std::vector<std::filesystem::path> shards_in(const std::filesystem::path& folder, std::int64_t repeat) {
  std::vector<std::filesystem::path> once;
  for (std::int64_t chunk = 0; std::filesystem::exists(shard_path(folder, chunk)); ++chunk) {
    once.push_back(shard_path(folder, chunk));
  }
  std::vector<std::filesystem::path> shards;
  for (std::int64_t i = 0; i < repeat; ++i) shards.insert(shards.end(), once.begin(), once.end());
  return shards;
}

/// Asks the system to read the file from the disk next time.
void forget(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  ::close(file);
}

nlohmann::ordered_json measure(const Arguments& arguments, Communicator& ranks) {
  const auto shards = shards_in(arguments.folder, static_cast<std::int64_t>(arguments.number("--repeat", 1)));
  if (arguments.values.contains("--cold")) std::for_each(shards.begin(), shards.end(), forget);
  reset_peak();
  const double at_start = resident_mb();
  const Timer whole;
  const ShardReading reading{static_cast<std::int64_t>(arguments.number("--cache-gb", 0) * 1e9),
                             static_cast<int>(arguments.number("--readers", 4))};
  const ShardFeatures features(shards, reading, ranks);
  const double index_seconds = whole.seconds();
  TrainOptions options;
  options.steps = static_cast<std::int64_t>(arguments.number("--steps", 200));
  std::vector<double> seconds;
  nlohmann::ordered_json curve = nlohmann::ordered_json::array();
  const auto mark = [&](std::int64_t done) { curve.push_back(nlohmann::ordered_json::array({done, resident_mb()})); };
  mark(0);
  const Timer timer;
  const TrainResult result = train(features, {32, 32}, options, 1, ranks, [&](const StepReport& report) {
    seconds.push_back(timer.seconds());
    const std::int64_t done = report.step + 1;
    if (done * num_points / options.steps > report.step * num_points / options.steps) mark(done);
  });
  const double half = seconds[seconds.size() / 2];
  // The first half fills the cache.
  const double steps_per_second =
      static_cast<double>(seconds.size() - seconds.size() / 2 - 1) / (seconds.back() - half);
  return {{"ranks", ranks.size()},
          {"examples", features.num_examples()},
          {"targets", result.num_targets},
          {"cache_gb", static_cast<double>(reading.cache_bytes) / 1e9},
          {"readers", reading.readers},
          {"steps", options.steps},
          {"steps_per_second", steps_per_second},
          {"batch_mb", static_cast<double>(features.target_bytes() * options.batch_size) / 1e6},
          {"cached_share", static_cast<double>(features.cached_bytes()) /
                               static_cast<double>(features.target_bytes() * result.num_targets)},
          {"index_seconds", index_seconds},
          {"start_mb", at_start},
          {"peak_mb", peak_mb()},
          {"loss", result.history.back().loss},
          {"curve", curve}};
}

void run(int argc, char** argv) {
  Environment environment(&argc, &argv);
  const Arguments arguments = read_arguments(argc, argv);
  at::set_num_threads(static_cast<int>(arguments.number("--threads", 1)));
  if (arguments.form == "make") return make(arguments);
  const auto measured = measure(arguments, environment.communicator());
  if (environment.communicator().rank() == 0) std::cout << measured.dump() << std::endl;
}

}  // namespace
}  // namespace at2::benchmarks

int main(int argc, char** argv) {
  try {
    at2::benchmarks::run(argc, argv);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return 1;
  }
}
