/// \file app/inspect.h
/// \brief What can be told of a file or folder: one JSON object, from which the text is made too.
///
/// Every object begins with "path", "kind" ("estimator", "GGUF model") and "bytes", may have "fingerprint", and has
/// "checks": a list of {"what", "ok", "detail"}.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace at2 {

using Inspection = nlohmann::ordered_json;

/// \throws UserError if there is no such file, it is broken so that nothing can be told, or it is something that this
/// program has no use for; the message says what it seems to be
[[nodiscard]] Inspection inspect(const std::filesystem::path& path);

/// Whether no check failed.
[[nodiscard]] bool is_sound(const Inspection& inspection);

}  // namespace at2
