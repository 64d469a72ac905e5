/// \file data/keep_sources.h
/// \brief An example with parts of its context taken out of the text (paper, section 5).
#pragma once

#include <cstdint>
#include <span>

#include "data/example.h"
#include "data/prompt.h"

namespace at2 {

/// The example with no more of its context than the sources `kept`, in their order in the text. Before each but the
/// first stands what stood before it (between passages a blank line); the rest of the user message is as it was. Where
/// all sources are kept it is the example itself.
/// \param prompt   of the example, which `sources` are parts of
/// \param kept     indices of sources, ascending, at least one
/// \return an example whose context is one passage and whose `supporting` is empty
[[nodiscard]] Example keep_sources(const Example& example, const Prompt& prompt, const Sources& sources,
                                   std::span<const std::int64_t> kept);

}  // namespace at2
