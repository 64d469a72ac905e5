#include "app/inspect.h"

#include <algorithm>

#include "app/file_kind.h"
#include "app/inspect_parts.h"
#include "base/errors.h"
#include "store/checksum.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKnown =
    "at2 inspect takes models, run folders and what is in them, configs and data sets: at2 help inspect";

std::int64_t size_of(const fs::path& path) {
  std::error_code gone;
  if (!fs::is_directory(path)) return static_cast<std::int64_t>(fs::file_size(path, gone));
  std::int64_t bytes = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, gone)) {
    if (entry.is_regular_file(gone)) bytes += static_cast<std::int64_t>(entry.file_size(gone));
  }
  return bytes;
}

bool has_file_ending(const fs::path& folder, const std::string& ending) {
  return std::any_of(fs::directory_iterator(folder), fs::directory_iterator(),
                     [&](const auto& entry) { return entry.path().extension() == ending; });
}

[[noreturn]] void refuse(const fs::path& path, const std::string& why, const std::string& what_to_do) {
  throw UserError("at2 has no use for " + path.string(), why, what_to_do.empty() ? kKnown : what_to_do);
}

Inspection inspect_folder(const fs::path& path) {
  if (fs::exists(path / "config.yaml")) return inspect_run_folder(path);
  if (fs::exists(path / "config.json") || has_file_ending(path, ".safetensors")) return inspect_model_folder(path);
  if (!contents_of(path).finished.empty()) return inspect_shard_folder(path);
  const bool has_runs = std::any_of(fs::directory_iterator(path), fs::directory_iterator(),
                                    [](const auto& entry) { return fs::exists(entry.path() / "config.yaml"); });
  if (has_runs) refuse(path, "it seems to be a folder of run folders", "name one of them");
  if (has_file_ending(path, ".gguf")) refuse(path, "it is a folder with GGUF files", "name one of the files");
  if (auto data_set = inspect_data_set(path)) return *std::move(data_set);
  refuse(path,
         fs::is_empty(path) ? "the folder is empty"
                            : "the folder has neither config.yaml (a run), config.json (a model), shards nor "
                              "records of a data set",
         "");
}

Inspection inspect_text(const fs::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".yaml" || ending == ".yml") return inspect_config(path);
  if (auto json = inspect_json(path)) return *std::move(json);
  if (auto data_set = inspect_data_set(path)) return *std::move(data_set);
  refuse(
      path,
      "it seems to be a text, but neither a config (*.yaml), a JSON file of at2 or of a model, nor records of a "
      "data set with the keys of a format that at2 knows",
      "records need \"query\" and \"context\" or \"documents\": see data/README.md; a plain text is a document for at2 "
      "attribute --context");
}

}  // namespace

Inspection begin_inspection(const fs::path& path, const std::string& kind) {
  return {{"path", path.string()}, {"kind", kind}, {"bytes", size_of(path)}};
}

void add_check(Inspection& inspection, const std::string& what, const std::function<void()>& action,
               const std::string& detail) {
  Inspection check = {{"what", what}, {"ok", true}, {"detail", detail}};
  try {
    action();
  } catch (const UserError& error) {
    check["ok"] = false;
    check["detail"] = error.what();
  }
  inspection["checks"].push_back(std::move(check));
}

void add_checksum_check(Inspection& inspection, const fs::path& path) {
  const FileCheck file = check_file(path);
  const bool damaged = file.state == Wholeness::damaged;
  const std::string detail = file.state == Wholeness::without_checksum ? "it has none, and opens as HDF5" : file.why;
  inspection["checks"].push_back({{"what", "checksum"}, {"ok", !damaged}, {"detail", detail}});
}

bool is_sound(const Inspection& inspection) {
  const auto checks = inspection.value("checks", Inspection::array());
  return std::all_of(checks.begin(), checks.end(), [](const auto& check) { return check.value("ok", false); });
}

Inspection inspect(const fs::path& path) {
  std::error_code unreadable;
  if (!fs::exists(path, unreadable)) {
    throw UserError("there is no " + path.string(), unreadable ? unreadable.message() : "no such file or folder",
                    "check the path");
  }
  if (fs::is_directory(path)) return inspect_folder(path);
  if (!fs::is_regular_file(path)) refuse(path, "it is neither a file nor a folder", "");
  const FileGuess guess = guess_kind(path);
  switch (guess.kind) {
    case FileKind::empty:
      throw UserError(path.string() + " is empty", "it has 0 bytes: its writing failed, or has not begun",
                      "make or fetch it again");
    case FileKind::gguf:
      return inspect_gguf(path);
    case FileKind::hdf5:
      return inspect_hdf5(path);
    case FileKind::safetensors:
      return inspect_safetensors(path);
    case FileKind::text:
      return inspect_text(path);
    case FileKind::foreign:
      break;
  }
  refuse(path, "it seems to be " + guess.seems, guess.what_to_do);
}

}  // namespace at2
