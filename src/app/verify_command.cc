#include "app/verify_command.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <iomanip>
#include <ostream>

#include "app/model_checks.h"
#include "app/session.h"
#include "base/errors.h"
#include "config/enum_text.h"
#include "model/golden.h"
#include "model/pretrained.h"

namespace at2 {
namespace {

bool has_text(const std::filesystem::path& path) {
  return !std::filesystem::is_directory(path) || std::filesystem::exists(path / "tokenizer.json");
}

/// \return whether all are equal
bool print_table(const std::vector<Comparison>& comparisons, std::ostream& out) {
  std::size_t width = 0;
  for (const Comparison& comparison : comparisons) width = std::max(width, comparison.what.size());
  bool all = true;
  for (const Comparison& comparison : comparisons) {
    out << "  " << std::left << std::setw(static_cast<int>(width)) << comparison.what << std::right << "  "
        << std::setprecision(2) << std::scientific << std::setw(9) << comparison.difference << "  allowed "
        << std::setw(9) << comparison.tolerance << "  " << (comparison.equal() ? "ok" : "DIFFERS") << "\n";
    all = all && comparison.equal();
  }
  return all;
}

std::vector<DtypeChoice> dtypes_of(const VerifyRequest& request, const std::filesystem::path& path) {
  if (!request.dtypes.empty()) return request.dtypes;
  std::vector<DtypeChoice> dtypes = {DtypeChoice::float32};
  if (std::filesystem::is_directory(path)) {
    const at::ScalarType stored = stored_dtype(path);
    if (stored == at::kBFloat16) dtypes.push_back(DtypeChoice::bfloat16);
    if (stored == at::kHalf) dtypes.push_back(DtypeChoice::float16);
  }
  return dtypes;
}

ModelConfig config_of(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? read_model_config(path) : read_model_config(GgufFile(path));
}

/// All checks of one dtype. \return whether all were equal
bool verify(const VerifyRequest& request, const std::filesystem::path& path, const ModelConfig& config,
            DtypeChoice dtype, std::ostream& out) {
  ModelOptions options;
  options.device = request.device;
  options.dtype = dtype;
  const ComputePlace place = choose_place(options, 0, stored_dtype(path));
  out << to_text(dtype) << " (" << place.reason << "):\n";
  const LanguageModel model = load_language_model(path, config, place);
  out << "  weights: all tensors there, of the right shapes, and finite\n";
  if (request.goldens.empty()) return print_table(check_model(model), out);
  bool all = true;
  for (const std::string& golden : request.goldens) {
    out << "  against " << golden << ":\n";
    all = print_table(compare_with_golden(model, golden, golden_tolerance(place.dtype)), out) && all;
  }
  return all;
}

}  // namespace

bool verify_command(const VerifyRequest& request, Environment& environment, std::ostream& out) {
  if (environment.communicator().rank() != 0) return true;
  at::set_num_threads(threads_of_rank(request.threads, 1));
  const std::filesystem::path path = resolve_model_path(request.model);
  const ModelConfig config = config_of(path);
  out << path.string() << ": " << config.model_type << ", " << config.num_layers << " layers, " << config.num_heads
      << " heads, " << config.num_kv_heads << " key/value heads of " << config.head_width << ", width "
      << config.model_width << ", vocabulary " << config.vocabulary_size << "\n";
  for (const std::string& key : config.unknown_keys) {
    out << "warning: config.json has the key \"" << key << "\", which at2 does not know\n";
  }
  bool all = true;
  if (request.goldens.empty()) {
    if (has_text(path)) {
      all = print_table(check_text(load_model_text(path)), out);
    } else {
      out << "no tokenizer.json: tokenizer and chat template are not checked\n";
    }
  }
  for (const DtypeChoice dtype : dtypes_of(request, path)) {
    const bool equal = verify(request, path, config, dtype, out);
    out << to_text(dtype) << (equal ? ": everything within tolerance\n" : ": NOT within tolerance\n");
    all = all && equal;
  }
  out << std::flush;
  return all;
}

}  // namespace at2
