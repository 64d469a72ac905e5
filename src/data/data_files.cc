#include "data/data_files.h"

#include <glob.h>

#include <algorithm>
#include <system_error>

#include "base/errors.h"

namespace at2 {
namespace {

bool is_no_record_file(const std::string& name) {
  for (const char* start : {".", "_", "README", "LICENSE"}) {
    if (name.starts_with(start)) return true;
  }
  return false;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file() && !is_no_record_file(entry.path().filename().string())) files.push_back(entry.path());
  }
  if (error) throw UserError("cannot read the folder " + folder.string(), error.message(), "check its permissions");
  if (files.empty()) throw UserError("the folder " + folder.string() + " has no files", "", "check the path");
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::filesystem::path> files_like(const std::string& pattern) {
  glob_t found{};
  const int code = ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::filesystem::path> files;
  for (std::size_t i = 0; code == 0 && i < found.gl_pathc; ++i) {
    std::error_code ignored;
    const std::filesystem::path file(found.gl_pathv[i]);
    if (!std::filesystem::is_directory(file, ignored)) files.push_back(file);
  }
  ::globfree(&found);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<std::filesystem::path> data_files(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return files_in(path);
  // A file's name may hold the signs of a pattern.
  if (std::filesystem::exists(path, ignored)) return {path};
  std::vector<std::filesystem::path> files = files_like(path);
  if (files.empty()) {
    throw UserError("there is no " + path, "neither a file, a folder, nor a pattern that a file matches",
                    "check the path");
  }
  return files;
}

}  // namespace at2
