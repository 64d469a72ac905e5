#include "base/deps.h"

#include <cstdlib>

#include "base/errors.h"

namespace at2 {
namespace {

std::filesystem::path existing(const std::filesystem::path& path, const char* what) {
  if (!std::filesystem::exists(path)) {
    throw UserError(std::string(what) + " is not there", path.string() + " does not exist",
                    "run launch/setup, or set AT2_DEPS to the folder that it filled");
  }
  return path;
}

}  // namespace

std::filesystem::path deps_dir() {
  const char* chosen = std::getenv("AT2_DEPS");
  return chosen != nullptr && *chosen != '\0' ? chosen : AT2_DEPS_DIR;
}

std::filesystem::path default_model_path() {
  return existing(deps_dir() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf", "the default model");
}

std::filesystem::path punkt_dir() { return existing(deps_dir() / "punkt", "the sentence splitter's parameters"); }

std::filesystem::path default_estimator_path() {
  const std::filesystem::path path =
      std::filesystem::path(AT2_SHIPPED_DIR) / "estimators" / "SmolLM2-135M-Instruct.Q4_1.h5";
  if (std::filesystem::exists(path)) return path;
  throw UserError("the default estimator is not there", path.string() + " does not exist",
                  "name one with --estimator, or keep the folder that at2 was built in");
}

}  // namespace at2
