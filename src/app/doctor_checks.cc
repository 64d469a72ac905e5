#include "app/doctor_checks.h"

#include <torch/headeronly/version.h>

#include <algorithm>

#include "base/deps.h"
#include "base/errors.h"
#include "comm/environment.h"
#include "comm/nccl_library.h"
#include "config/provenance.h"
#include "model/pack_memory.h"
#include "model/pretrained.h"
#include "model/weight_cache.h"
#include "report/format.h"
#include "store/hdf5_reader.h"
#include "store/shard.h"
#include "text/punkt.h"
#include "train/score_estimator.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

/// Tokens of the prompt whose memory is told: longer than most, shorter than what large models could take.
constexpr std::int64_t kPromptTokens = 4096;

/// What could be read of a model, without its weights.
struct ExaminedModel {
  fs::path path;
  std::string fingerprint;
  at::ScalarType stored = at::kFloat;
  ModelConfig config;
};

/// The message of the UserError of `action`; empty where there is none.
template <typename Action>
std::string fault_of(Action action) {
  try {
    action();
    return "";
  } catch (const UserError& error) {
    return error.what();
  }
}

ModelNeeds needs_of(const ModelConfig& config, at::ScalarType dtype) {
  const auto size = static_cast<std::int64_t>(c10::elementSize(dtype));
  ModelNeeds needs;
  needs.dtype = dtype == at::kFloat ? "float32" : dtype == at::kHalf ? "float16" : "bfloat16";
  needs.weights = weight_bytes(config, dtype);
  needs.tokens = std::min(config.max_positions, kPromptTokens);
  needs.keys_and_values = 2 * config.num_layers * config.num_kv_heads * config.head_width * needs.tokens * size;
  needs.pass = bytes_per_row(config, dtype, needs.tokens) * needs.tokens;
  return needs;
}

Diagnosis check_build() {
  return {Health::good, "build",
          "at2 " + program_version() + " (" + program_commit() + "), LibTorch " + TORCH_VERSION + ", HDF5 " +
              hdf5_version()};
}

/// \pre GPUs can be used
std::string gpu_text() {
  const int count = num_gpus();
  std::string text = std::to_string(count) + (count == 1 ? " GPU" : " GPUs");
  const auto free = free_memory(at::Device(at::kCUDA, 0));
  return free ? text + ", " + bytes_text(*free) + " free on the first" : text;
}

void check_gpu(std::vector<Diagnosis>& found) {
  const std::string obstacle = gpu_obstacle();
  if (!obstacle.empty()) {
    found.push_back({Health::lack, "GPU", "none can be used", obstacle,
                     "everything runs on the CPU; for a GPU run launch/setup --cuda where there is an NVIDIA driver"});
    found.push_back({Health::good, "NCCL", "not needed", "it sums gradients between GPUs; MPI does it without"});
    return;
  }
  found.push_back({Health::good, "GPU", gpu_text()});
  const std::string missing = nccl_library_obstacle();
  if (missing.empty()) {
    found.push_back({Health::good, "NCCL", NcclLibrary().version()});
  } else {
    found.push_back({Health::lack, "NCCL", "none can be used", missing,
                     "MPI sums the gradients; for NCCL run launch/setup --cuda"});
  }
}

std::optional<ExaminedModel> check_model_files(const std::string& model, std::vector<Diagnosis>& found) {
  ExaminedModel examined;
  std::string shape;
  const std::string fault = fault_of([&] {
    examined.path = resolve_model_path(model);
    const ModelText text = load_model_text(examined.path);
    examined.config = text.config;
    examined.stored = stored_dtype(examined.path);
    examined.fingerprint = model_fingerprint(examined.path);
    shape = text.config.model_type + ", " + std::to_string(text.config.num_layers) + " layers of " +
            std::to_string(text.config.num_heads) + " heads, tokenizer of " +
            std::to_string(text.tokenizer.vocab_size()) + " tokens, chat template";
  });
  if (fault.empty()) {
    found.push_back({Health::good, "model", examined.path.string() + ": " + shape});
    return examined;
  }
  found.push_back({Health::fault, "model", fault});
  return std::nullopt;
}

void check_punkt(std::vector<Diagnosis>& found) {
  const std::string fault = fault_of([] { static_cast<void>(read_punkt_parameters(punkt_dir())); });
  if (fault.empty()) {
    found.push_back({Health::good, "sentence splitter", "Punkt's parameters are there"});
  } else {
    found.push_back({Health::fault, "sentence splitter", fault});
  }
}

void check_default_estimator(const ExaminedModel& model, std::vector<Diagnosis>& found) {
  const std::string fault = fault_of([&] {
    static_cast<void>(load_estimator(default_estimator_path(), model.fingerprint, ModelCheck::refuse_other));
  });
  if (fault.empty()) {
    found.push_back({Health::good, "estimator", "the one that comes with at2 is for this model"});
    return;
  }
  found.push_back({Health::lack, "estimator", "none comes with at2 for this model", fault,
                   "train one with at2 run CONFIG --set model.path=MODEL, or use --method average_attention"});
}

Diagnosis check_cache_of(const ExaminedModel& model, const ModelNeeds& needs) {
  const ComputePlace cpu{at::kCPU, at::kFloat, ""};
  const auto cache = weight_cache_path({}, model.path, model.fingerprint, cpu);
  if (!cache) return check_weight_cache(cache, false, false, std::nullopt, needs.weights);
  return check_weight_cache(cache, fs::exists(*cache), can_be_written(cache->parent_path()),
                            free_disk(cache->parent_path()), needs.weights);
}

}  // namespace

std::vector<Diagnosis> examine(const std::string& model) {
  const MachineFacts facts = machine_facts();
  std::vector<Diagnosis> found = {check_build(), check_processor(facts, instruction_set())};
  check_gpu(found);
  found.push_back(check_ranks(facts, mpi_library()));
  found.push_back(check_shared_memory(facts));
  const auto examined = check_model_files(model, found);
  check_punkt(found);
  ModelNeeds needs;
  if (examined) {
    needs = needs_of(examined->config, at::kFloat);
    check_default_estimator(*examined, found);
    found.push_back(check_memory(facts, needs));
    found.push_back(check_cache_of(*examined, needs));
  }
  const fs::path here = fs::current_path();
  found.push_back(check_folder(here, can_be_written(here), free_disk(here)));
  for (Diagnosis& limit : check_limits(facts, needs)) found.push_back(std::move(limit));
  return found;
}

}  // namespace at2
