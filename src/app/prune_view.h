/// \file app/prune_view.h
/// \brief What `at2 prune` measured, read from a run folder alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "config/options.h"
#include "report/results.h"

namespace at2 {

/// In place of the response to the supporting passages, where an example does not name them.
inline constexpr std::int64_t kNoOracle = -1;

/// F1 and exact match of the answers in RUN/prune: with the whole context, with the supporting passages alone (where
/// the data set names them), then of every method with every number of kept sources.
/// \param options  prune.unmarked, evaluate.bootstrap_samples and seed count
/// \return nothing if there is no such folder, or no example in it was used
/// \throws UserError if shards are missing or damaged
[[nodiscard]] std::optional<PruneView> read_prune(const std::filesystem::path& run_folder, const RunOptions& options);

}  // namespace at2
