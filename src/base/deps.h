/// \file base/deps.h
/// \brief Where launch/setup put what the program needs at run time.
#pragma once

#include <filesystem>

namespace at2 {

/// The folder that launch/setup filled: $AT2_DEPS where set, else share/at2 of the bundle that the program is in, else
/// the one that the program was built with.
[[nodiscard]] std::filesystem::path deps_dir();

/// The default model, SmolLM2-135M-Instruct in GGUF.
/// \throws UserError naming launch/setup if it is not there.
[[nodiscard]] std::filesystem::path default_model_path();

/// The folder of the English Punkt parameters (abbrev_types.txt, collocations.tab, sent_starters.txt,
/// ortho_context.tab).
/// \throws UserError naming launch/setup if it is not there.
[[nodiscard]] std::filesystem::path punkt_dir();

/// The estimator for the default model that comes with the program, trained on the samples in data/.
/// \throws UserError if it is not there.
[[nodiscard]] std::filesystem::path default_estimator_path();

}  // namespace at2
