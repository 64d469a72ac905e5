/// \file data/data_files.h
/// \brief Which files a data set's path means.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace at2 {

/// The files of a data set, sorted: the file that `path` names; the files in the folder that it names (not in folders
/// within, nor those whose names begin with "." or "_", "README" or "LICENSE"); or those that match it as a pattern
/// ("shards/nq-*.jsonl.gz").
/// \throws UserError if there is none.
[[nodiscard]] std::vector<std::filesystem::path> data_files(const std::string& path);

}  // namespace at2
