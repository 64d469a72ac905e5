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

/// share/at2 beside the folder of the program, where launch/bundle put one; else `otherwise`.
std::filesystem::path bundled_or(const std::filesystem::path& otherwise) {
  std::error_code unreadable;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", unreadable);
  const std::filesystem::path share = program.parent_path().parent_path() / "share" / "at2";
  return !unreadable && std::filesystem::exists(share / "punkt") ? share : otherwise;
}

}  // namespace

std::filesystem::path deps_dir() {
  const char* chosen = std::getenv("AT2_DEPS");
  return chosen != nullptr && *chosen != '\0' ? std::filesystem::path(chosen) : bundled_or(AT2_DEPS_DIR);
}

std::filesystem::path default_model_path() {
  return existing(deps_dir() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf", "the default model");
}

std::filesystem::path punkt_dir() { return existing(deps_dir() / "punkt", "the sentence splitter's parameters"); }

std::filesystem::path default_estimator_path() {
  const std::filesystem::path path = bundled_or(AT2_SHIPPED_DIR) / "estimators" / "SmolLM2-135M-Instruct.Q4_1.h5";
  if (std::filesystem::exists(path)) return path;
  throw UserError("the default estimator is not there", path.string() + " does not exist",
                  "name one with --estimator, or keep the folder that at2 was built in");
}

}  // namespace at2
