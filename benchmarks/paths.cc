// Serves the hot paths of AT2 to benchmarks/compare.py, one JSON line per request and reply (serve.h).
//
//   paths [--workload FILE] [--model PATH] [--threads N] [--weight-cache none]
//   paths --workload FILE [--model PATH] --write-workload FOLDER
//
// Without a workload only curves, training and sgemm are served. The second form makes the workload from the texts in
// FOLDER (workload.h) and ends.
#include <ATen/Parallel.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/errors.h"
#include "config/provenance.h"
#include "curve_paths.h"
#include "model/pretrained.h"
#include "model/weight_cache.h"
#include "model_paths.h"
#include "serve.h"
#include "store/shard.h"
#include "training_path.h"

namespace at2::benchmarks {
namespace {

struct Arguments {
  std::string model = "default";
  std::string workload;
  std::string texts;
  std::string weight_cache = "auto";
  int threads = 0;
};

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string key = argv[i];
    if (key == "--model") {
      arguments.model = argv[i + 1];
    } else if (key == "--workload") {
      arguments.workload = argv[i + 1];
    } else if (key == "--write-workload") {
      arguments.texts = argv[i + 1];
    } else if (key == "--weight-cache") {
      arguments.weight_cache = argv[i + 1];
    } else if (key == "--threads") {
      arguments.threads = std::stoi(argv[i + 1]);
    } else {
      throw UserError("unknown argument " + key, "paths does not know it",
                      "see the first lines of benchmarks/paths.cc");
    }
  }
  return arguments;
}

/// In float32 on the CPU, from the cache that the product would use.
LanguageModel load_model(const std::filesystem::path& path, const std::string& weight_cache) {
  ModelOptions options;
  options.weight_cache = weight_cache;
  options.device = DeviceChoice::cpu;
  options.dtype = DtypeChoice::float32;
  const ComputePlace place = choose_place(options, 0, stored_dtype(path));
  const ModelConfig config =
      std::filesystem::is_directory(path) ? read_model_config(path) : read_model_config(GgufFile(path));
  const auto cache = weight_cache_path(options, path, model_fingerprint(path), place);
  if (cache) static_cast<void>(make_weight_cache(*cache, path, config, place.dtype));
  return load_language_model(path, config, place, cache);
}

void run(const Arguments& arguments) {
  const std::filesystem::path path = resolve_model_path(arguments.model);
  if (!arguments.texts.empty()) {
    write_workload(arguments.workload, make_workload(arguments.texts, path));
    return;
  }
  if (arguments.threads > 0) at::set_num_threads(arguments.threads);
  const LanguageModel model = load_model(path, arguments.weight_cache);
  HotPaths paths = curve_paths(model);
  std::optional<Workload> workload;
  if (!arguments.workload.empty()) {
    workload = read_workload(arguments.workload);
    paths.merge(model_paths(model, *workload));
  }
  paths.emplace("train_step", training_step_path());
  paths.emplace("sgemm", measure_sgemm);
  const nlohmann::ordered_json greeting = {
      {"program", "at2 " + program_version()}, {"commit", program_commit()}, {"model", path.stem().string()},
      {"threads", at::get_num_threads()},      {"dtype", "float32"},         {"instruction_set", instruction_set()}};
  std::cout << greeting.dump() << std::endl;
  serve(paths, std::cin, std::cout);
}

}  // namespace
}  // namespace at2::benchmarks

int main(int argc, char** argv) {
  try {
    at2::benchmarks::run(at2::benchmarks::read_arguments(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return 1;
  }
}
