/// \file app/example_view.h
/// \brief One evaluated example as the report shows it.
#pragma once

#include <string>

#include "app/measured_scores.h"
#include "data/example.h"
#include "report/results.h"
#include "store/shard.h"

namespace at2 {

/// Texts, scores and single heads of an example with one kind of sources.
/// \param group    its group in the shard
/// \param kind     which sources and methods
/// \param example  what the stored scores are of
/// \throws UserError if the file is damaged, or of another example
[[nodiscard]] ExampleView read_view(const ShardReader& shard, const std::string& group, const MeasuredKind& kind,
                                    const Example& example);

}  // namespace at2
