#include "model/weight_cache.h"

#include <unistd.h>

#include <cstdlib>
#include <system_error>

#include "checkpoint/safetensors.h"
#include "model/pretrained.h"

namespace at2 {
namespace {

/// Changes when the layout of cache files does.
constexpr const char* layout = "v1";

std::filesystem::path user_cache_folder() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::filesystem::path(value != nullptr ? value : "");
  };
  if (const auto cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache;
  if (const auto home = variable("HOME"); !home.empty()) return home / ".cache";
  return {};
}

}  // namespace

std::int64_t weight_bytes(const ModelConfig& config, at::ScalarType dtype) {
  const std::int64_t qkv = (config.num_heads + 2 * config.num_kv_heads) * config.head_width;
  const std::int64_t layer =
      config.model_width * (qkv + config.num_heads * config.head_width + 3 * config.feed_forward_width);
  const std::int64_t tables = (config.tied_head ? 1 : 2) * config.vocabulary_size * config.model_width;
  return (tables + config.num_layers * layer) * static_cast<std::int64_t>(c10::elementSize(dtype));
}

std::optional<std::filesystem::path> weight_cache_path(const ModelOptions& options, const std::filesystem::path& model,
                                                       const std::string& model_fingerprint,
                                                       const ComputePlace& place) {
  if (!place.device.is_cpu() || options.weight_cache == "none") return std::nullopt;
  if (std::filesystem::is_directory(model) && stored_dtype(model) == place.dtype) return std::nullopt;
  std::filesystem::path folder = options.weight_cache;
  if (options.weight_cache == "auto") {
    folder = user_cache_folder();
    if (folder.empty()) return std::nullopt;
    folder = folder / "at2" / "weights";
  }
  return folder / (model.stem().string() + "-" + model_fingerprint + "-" + c10::toString(place.dtype) + "-" + layout +
                   ".safetensors");
}

std::string make_weight_cache(const std::filesystem::path& cache, const std::filesystem::path& model,
                              const ModelConfig& config, at::ScalarType dtype) {
  if (std::filesystem::exists(cache)) return "";
  const std::filesystem::path folder = cache.parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return folder.string() + " cannot be made: " + error.message();
  if (::access(folder.c_str(), W_OK) != 0) return folder.string() + " cannot be written";
  const auto room = std::filesystem::space(folder, error);
  const auto needed = static_cast<std::uintmax_t>(weight_bytes(config, dtype));
  if (!error && room.available < needed + needed / 16) {
    return folder.string() + " has room for " + std::to_string(room.available >> 20) + " MB, " +
           std::to_string(needed >> 20) + " are needed";
  }
  write_weight_cache(cache, model, config, dtype);
  return "";
}

}  // namespace at2
