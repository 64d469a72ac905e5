#include "app/machine_facts.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <system_error>

#include "app/session.h"
#include "app/train_cache.h"
#include "config/provenance.h"

namespace at2 {
namespace {

std::optional<std::int64_t> limit_of(__rlimit_resource resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return static_cast<std::int64_t>(limit.rlim_cur);
}

std::vector<std::string> instructions_of_processor() {
  std::vector<std::string> names;
  if (__builtin_cpu_supports("avx2")) names.emplace_back("AVX2");
  if (__builtin_cpu_supports("fma")) names.emplace_back("FMA");
  if (__builtin_cpu_supports("avx512f")) names.emplace_back("AVX-512");
  return names;
}

/// The program of this name in $PATH; empty where there is none.
std::string in_path(const std::string& name) {
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable != nullptr ? variable : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path program = std::filesystem::path(folder) / name;
    if (!folder.empty() && ::access(program.c_str(), X_OK) == 0) return program.string();
  }
  return "";
}

std::string launcher_in_path() {
  for (const char* name : {"mpirun", "mpiexec", "srun"}) {
    if (std::string found = in_path(name); !found.empty()) return found;
  }
  return "";
}

std::filesystem::path existing_part(std::filesystem::path folder) {
  std::error_code ignored;
  folder = std::filesystem::absolute(folder, ignored);
  while (!std::filesystem::exists(folder, ignored) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

}  // namespace

MachineFacts machine_facts() {
  MachineFacts facts;
  facts.host = host_name();
  facts.cores = threads_of_rank(0, 1);
  facts.instructions = instructions_of_processor();
  facts.free_memory = available_memory();
  std::error_code none;
  if (const auto space = std::filesystem::space("/dev/shm", none); !none) {
    facts.shared_memory_bytes = static_cast<std::int64_t>(space.available);
  }
  facts.limits = {limit_of(RLIMIT_NOFILE), limit_of(RLIMIT_FSIZE), limit_of(RLIMIT_AS)};
  facts.launcher = launcher_in_path();
  return facts;
}

std::optional<std::int64_t> free_disk(const std::filesystem::path& folder) {
  std::error_code unknown;
  const auto space = std::filesystem::space(existing_part(folder), unknown);
  if (unknown) return std::nullopt;
  return static_cast<std::int64_t>(space.available);
}

bool can_be_written(const std::filesystem::path& folder) {
  const std::filesystem::path there = existing_part(folder);
  return std::filesystem::is_directory(there) && ::access(there.c_str(), W_OK | X_OK) == 0;
}

}  // namespace at2
