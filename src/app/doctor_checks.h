/// \file app/doctor_checks.h
/// \brief What is looked at by `at2 doctor`, and what is said of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/machine_facts.h"

namespace at2 {

/// `lack`: the program runs without it; `fault`: it does not.
enum class Health { good, lack, fault };
[[nodiscard]] const char* to_text(Health health);

/// "what: state (why): what to do"; the last two may be empty.
struct Diagnosis {
  Health health = Health::good;
  std::string what;
  std::string state;
  std::string why = {};
  std::string what_to_do = {};
};

/// What a model takes on a CPU, in bytes.
struct ModelNeeds {
  /// Number format of the arithmetic: "float32".
  std::string dtype;
  std::int64_t weights = 0;
  /// A prompt of that many tokens.
  std::int64_t tokens = 0;
  /// Its keys and values, and what one pass over it takes beside them.
  std::int64_t keys_and_values = 0;
  std::int64_t pass = 0;
  /// LibTorch and the program.
  std::int64_t program = 300'000'000;

  [[nodiscard]] std::int64_t total() const { return weights + keys_and_values + pass + program; }
};

/// \name Judgements of what was found
/// \{
[[nodiscard]] Diagnosis check_processor(const MachineFacts& facts, const std::string& used_instructions);
[[nodiscard]] Diagnosis check_memory(const MachineFacts& facts, const ModelNeeds& needs);
[[nodiscard]] Diagnosis check_ranks(const MachineFacts& facts, const std::string& mpi_library);
[[nodiscard]] Diagnosis check_shared_memory(const MachineFacts& facts);
[[nodiscard]] std::vector<Diagnosis> check_limits(const MachineFacts& facts, const ModelNeeds& needs);
/// \param room  nothing where it is unknown
[[nodiscard]] Diagnosis check_folder(const std::filesystem::path& folder, bool writable,
                                     std::optional<std::int64_t> room);
/// Whether de-quantised weights can be kept. \param cache  nothing where the model needs none
[[nodiscard]] Diagnosis check_weight_cache(const std::optional<std::filesystem::path>& cache, bool is_there,
                                           bool writable, std::optional<std::int64_t> room, std::int64_t needed);
/// \}

/// Everything about this machine, this build and a model ("default", a file or a folder).
[[nodiscard]] std::vector<Diagnosis> examine(const std::string& model);

}  // namespace at2
