/// \file app/shared_store.h
/// \brief What runs have in common, kept once (store.shared).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/inputs.h"
#include "app/session.h"

namespace at2 {

/// Makes the run's responses, ablations, estimator and scores links to SHARED/<kind>/<fingerprint>-<place>/, place
/// being device, dtype and instruction set; nothing without store.shared. Runs with equal fingerprints then find what
/// one of them has measured. Links are relative, so that folders may be moved together. One rank calls it; processes
/// of several runs may do so at once.
/// \throws UserError if folders cannot be made, or the run has something else in the place of a link
void link_shared(const Session& session, const Inputs& inputs);

/// Where link_shared() would let a kind of artifact lie; nothing without store.shared. Makes nothing.
[[nodiscard]] std::optional<std::filesystem::path> shared_place(const Session& session, const Inputs& inputs,
                                                                const std::string& kind,
                                                                const std::string& fingerprint);

}  // namespace at2
