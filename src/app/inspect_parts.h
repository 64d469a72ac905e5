/// \file app/inspect_parts.h
/// \brief Inspections of each kind of file, and what they share. See app/inspect.h.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/inspect.h"

namespace at2 {

/// "path", "kind" and "bytes" (of a folder: of all files in it).
[[nodiscard]] Inspection begin_inspection(const std::filesystem::path& path, const std::string& kind);

/// Adds a check that calls `action`: it fails with the message of a UserError. \param detail  told if it succeeds
void add_check(Inspection& inspection, const std::string& what, const std::function<void()>& action,
               const std::string& detail = "");

/// Compares a file of the store with its checksum.
void add_checksum_check(Inspection& inspection, const std::filesystem::path& path);

/// \name By kind. \throws UserError as inspect()
/// \{
[[nodiscard]] Inspection inspect_gguf(const std::filesystem::path& path);
[[nodiscard]] Inspection inspect_safetensors(const std::filesystem::path& path);
[[nodiscard]] Inspection inspect_model_folder(const std::filesystem::path& path);
[[nodiscard]] Inspection inspect_tokenizer(const std::filesystem::path& path);
[[nodiscard]] Inspection inspect_hdf5(const std::filesystem::path& path);
[[nodiscard]] Inspection inspect_shard_folder(const std::filesystem::path& path);
[[nodiscard]] Inspection inspect_run_folder(const std::filesystem::path& path);
[[nodiscard]] Inspection inspect_config(const std::filesystem::path& path);
/// A JSON file of a run or a model; nothing if it is none of these.
[[nodiscard]] std::optional<Inspection> inspect_json(const std::filesystem::path& path);
/// A data set; nothing if it looks like none.
[[nodiscard]] std::optional<Inspection> inspect_data_set(const std::filesystem::path& path);
/// \}

}  // namespace at2
