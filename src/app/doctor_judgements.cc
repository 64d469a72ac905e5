#include <algorithm>

#include "app/completion_parts.h"
#include "app/doctor_checks.h"
#include "report/format.h"

namespace at2 {
namespace {

/// Room below which a run of the quickstart's size may not fit.
constexpr std::int64_t kLittleDisk = 1'000'000'000;
/// What Docker gives a container, and Open MPI soon fills.
constexpr std::int64_t kLittleSharedMemory = 64'000'000;
constexpr std::int64_t kFewFiles = 256;
constexpr std::int64_t kSmallFile = 4'000'000'000;

std::string needs_text(const ModelNeeds& needs) {
  return "the model takes " + bytes_text(needs.total()) + ": weights " + bytes_text(needs.weights) + " in " +
         needs.dtype + ", keys and values of " + std::to_string(needs.tokens) + " tokens " +
         bytes_text(needs.keys_and_values) + ", a pass over them " + bytes_text(needs.pass) + ", the program " +
         bytes_text(needs.program);
}

}  // namespace

const char* to_text(Health health) {
  switch (health) {
    case Health::good:
      return "ok";
    case Health::lack:
      return "lack";
    case Health::fault:
      return "fault";
  }
  return "";
}

Diagnosis check_processor(const MachineFacts& facts, const std::string& used_instructions) {
  Diagnosis found{Health::good, "processor",
                  std::to_string(facts.cores) + (facts.cores == 1 ? " core" : " cores") + ", " +
                      (facts.instructions.empty() ? "no AVX2" : joined_words(facts.instructions)) +
                      ", LibTorch computes with " + used_instructions};
  const bool has_avx2 =
      std::find(facts.instructions.begin(), facts.instructions.end(), "AVX2") != facts.instructions.end();
  if (has_avx2 && used_instructions != "DEFAULT") return found;
  found.health = Health::lack;
  found.why =
      has_avx2 ? "ATEN_CPU_CAPABILITY holds LibTorch back" : "the processor is old, or a virtual machine hides it";
  found.what_to_do =
      has_avx2 ? "unset ATEN_CPU_CAPABILITY" : "expect it to be several times slower, or use another machine";
  return found;
}

Diagnosis check_memory(const MachineFacts& facts, const ModelNeeds& needs) {
  Diagnosis found{Health::good, "memory", bytes_text(facts.free_memory) + " free", needs_text(needs)};
  if (facts.free_memory == 0) {
    return {Health::lack, "memory", "not known", "the system does not say; " + needs_text(needs),
            "see that it is enough"};
  }
  if (facts.free_memory >= needs.total()) return found;
  found.health = Health::fault;
  found.what_to_do = "close other programs, use a smaller model, or a machine with more memory";
  return found;
}

Diagnosis check_ranks(const MachineFacts& facts, const std::string& mpi_library) {
  if (!facts.launcher.empty()) return {Health::good, "MPI", mpi_library + ", started by " + facts.launcher};
  return {Health::lack, "MPI", mpi_library + " without a launcher", "neither mpirun, mpiexec nor srun is in PATH",
          "one rank works; for several install the package openmpi-bin"};
}

Diagnosis check_shared_memory(const MachineFacts& facts) {
  if (!facts.shared_memory_bytes) {
    return {Health::lack, "shared memory", "none", "there is no /dev/shm",
            "one rank works; for several mount a tmpfs there"};
  }
  Diagnosis found{Health::good, "shared memory", bytes_text(*facts.shared_memory_bytes) + " free in /dev/shm"};
  if (*facts.shared_memory_bytes > kLittleSharedMemory) return found;
  found.health = Health::lack;
  found.why = "the ranks of a machine talk through it";
  found.what_to_do = "one rank works; for several give the container more (docker run --shm-size=1g)";
  return found;
}

std::vector<Diagnosis> check_limits(const MachineFacts& facts, const ModelNeeds& needs) {
  std::vector<Diagnosis> found;
  const ProcessLimits& limits = facts.limits;
  if (limits.open_files && *limits.open_files < kFewFiles) {
    found.push_back({Health::lack, "limit of open files", std::to_string(*limits.open_files),
                     "a run may hold more shards open", "ulimit -n 1024"});
  }
  if (limits.file_bytes && *limits.file_bytes < std::max(kSmallFile, needs.weights)) {
    found.push_back({Health::lack, "limit of a file's size", bytes_text(*limits.file_bytes),
                     "shards and de-quantised weights may be larger", "ulimit -f unlimited"});
  }
  // Files are mapped whole, and LibTorch reserves more than it uses.
  if (limits.address_space_bytes && *limits.address_space_bytes < 4 * needs.total()) {
    const bool hopeless = *limits.address_space_bytes < needs.total();
    found.push_back({hopeless ? Health::fault : Health::lack, "limit of address space",
                     bytes_text(*limits.address_space_bytes), needs_text(needs), "ulimit -v unlimited"});
  }
  if (found.empty()) found.push_back({Health::good, "limits", "open files, file sizes and address space suffice"});
  return found;
}

Diagnosis check_folder(const std::filesystem::path& folder, bool writable, std::optional<std::int64_t> room) {
  const std::string place = folder.string();
  if (!writable) {
    return {Health::lack, "folder for runs", place + " cannot be written", "no permission, or mounted read-only",
            "name another with --out DIR"};
  }
  if (!room) return {Health::good, "folder for runs", place + " can be written"};
  Diagnosis found{Health::good, "folder for runs", place + " can be written, " + bytes_text(*room) + " free"};
  if (*room >= kLittleDisk) return found;
  found.health = Health::lack;
  found.why = "features of many examples take more";
  found.what_to_do = "make room, or name another folder with --out DIR";
  return found;
}

Diagnosis check_weight_cache(const std::optional<std::filesystem::path>& cache, bool is_there, bool writable,
                             std::optional<std::int64_t> room, std::int64_t needed) {
  const std::string what = "de-quantised weights";
  if (!cache)
    return {Health::good, what, "not needed", "they are mapped as they are stored, or there is no home folder"};
  const std::string folder = cache->parent_path().string();
  if (is_there) return {Health::good, what, "there, in " + folder};
  const std::string fix =
      "every rank then keeps its own copy; to share one set XDG_CACHE_HOME, or model.weight_cache=DIR";
  if (!writable) return {Health::lack, what, "cannot be kept", folder + " cannot be written", fix};
  if (room && *room < needed + needed / 16) {
    return {Health::lack, what, "cannot be kept",
            folder + " has room for " + bytes_text(*room) + ", " + bytes_text(needed) + " are needed", fix};
  }
  return {Health::good, what, "are written at the first use, " + bytes_text(needed) + " in " + folder};
}

}  // namespace at2
