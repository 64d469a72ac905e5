// How long a model takes to load, and how much memory each of several processes of a machine then has.
//
//   cmake -S . -B build -DAT2_BENCHMARKS=ON && cmake --build build --target load_weights
//   mpirun -n 2 build/benchmarks/load_weights MODEL [float32|bfloat16|float16]
//
// A weight cache is written first where one is needed, and not timed. `loaded` is when the weights can be used; `read`
// when every value has been looked at once, so that all of it is in memory. Memory is the proportional set size of the
// process (each page divided by the number of processes that map it), from /proc/self/smaps_rollup.
#include <ATen/Parallel.h>

#include <iostream>
#include <string>

#include "base/errors.h"
#include "base/timer.h"
#include "comm/agree.h"
#include "comm/environment.h"
#include "config/enum_text.h"
#include "memory.h"
#include "model/pretrained.h"
#include "model/weight_cache.h"

namespace {

double sum_of(const at2::Projection& projection) {
  double sum = 0;
  for (const at::Tensor& part : projection.parts) sum += part.sum().item<double>();
  return sum;
}

/// Looks at every value once.
double sum_of(const at2::Weights& weights) {
  double sum = weights.embedding.sum().item<double>() + weights.head.sum().item<double>();
  for (const at2::LayerWeights& layer : weights.layers) {
    sum += sum_of(layer.qkv) + sum_of(layer.output) + sum_of(layer.gate_up) + sum_of(layer.down);
  }
  return sum;
}

void measure(at2::Environment& environment, const std::string& model, at2::DtypeChoice dtype) {
  at2::Communicator& ranks = environment.communicator();
  at::set_num_threads(1);
  at2::ModelOptions options;
  options.device = at2::DeviceChoice::cpu;
  options.dtype = dtype;
  const auto path = at2::resolve_model_path(model);
  const at2::ComputePlace place = at2::choose_place(options, 0, at2::stored_dtype(path));
  const at2::ModelConfig config =
      std::filesystem::is_directory(path) ? at2::read_model_config(path) : at2::read_model_config(at2::GgufFile(path));
  const auto cache = at2::weight_cache_path(options, path, at2::model_fingerprint(path), place);
  at2::agreed(ranks, [&] {
    if (cache && ranks.rank() == 0) static_cast<void>(at2::make_weight_cache(*cache, path, config, place.dtype));
  });
  const double before = at2::benchmarks::rollup_mb("Pss");
  const at2::Timer timer;
  const at2::Weights weights =
      cache ? at2::map_weight_cache(*cache, config) : at2::load_weights(path, config, place, at2::FiniteCheck::no);
  const double loaded = timer.seconds();
  const double sum = sum_of(weights);
  const double read = timer.seconds();
  // All ranks have read everything before any of them measures.
  at2::agreed(ranks, [] {});
  const double pss = at2::benchmarks::rollup_mb("Pss");
  const double private_mb = at2::benchmarks::rollup_mb("Private_Clean") + at2::benchmarks::rollup_mb("Private_Dirty");
  at2::agreed(ranks, [] {});
  std::cout << "rank " + std::to_string(ranks.rank()) + ": loaded in " + std::to_string(loaded) + " s, read in " +
                   std::to_string(read) + " s; proportional set size " + std::to_string(before) + " -> " +
                   std::to_string(pss) + " MB, private " + std::to_string(private_mb) + " MB; sum of weights " +
                   std::to_string(sum) + "\n"
            << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  at2::Environment environment(&argc, &argv);
  try {
    const auto dtype = at2::from_text<at2::DtypeChoice>(argc > 2 ? argv[2] : "float32");
    if (argc < 2 || !dtype)
      throw at2::UserError("usage: load_weights MODEL [DTYPE]", "see its first lines", "name a model");
    measure(environment, argv[1], *dtype);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
  }
  if (environment.communicator().size() > 1) environment.abort(1);
  return 1;
}
