/// \file report/prune_table.h
/// \brief Answers from pruned contexts as tables (paper, Figure 5).
#pragma once

#include <string>

#include "report/table.h"

namespace at2 {

/// Methods and kept sources x (F1, exact match, share of the prompt that is left, answers without a mark).
[[nodiscard]] Table prune_table(const PruneView& view);

/// The same in full precision, one line per method, number of kept sources and metric; "kept" is empty for the whole
/// context and the oracle.
[[nodiscard]] Table prune_records(const PruneView& view);

/// How many answers lacked the words that mark them, and what they count as; nothing if none did. A sentence.
[[nodiscard]] std::string unmarked_note(const PruneView& view);

/// What `at2 prune` prints at its end.
[[nodiscard]] std::string prune_summary(const PruneView& view);

}  // namespace at2
