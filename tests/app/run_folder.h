/// \file app/run_folder.h
/// \brief A run folder made by hand, for tests of what reads one.
#pragma once

#include <fstream>
#include <string>

#include "app/run_layout.h"
#include "config/load.h"
#include "store/shard_folder.h"
#include "support/test_files.h"

namespace at2 {

/// Options of a run that measures ablations, trains, and evaluates.
inline RunOptions made_up_options() {
  RunOptions options;
  options.name = "made-up";
  options.model.path = "model";
  options.data.train.path = "train.jsonl";
  options.data.evaluation.path = "evaluation.jsonl";
  options.data.train.format = DatasetFormat::dolly;
  options.data.evaluation.format = DatasetFormat::dolly;
  return options;
}

class MadeUpRun {
 public:
  MadeUpRun() : folder_(files_.path() / "run") { files_.write("run/config.yaml", dump_options(options_)); }

  [[nodiscard]] const RunFolder& folder() const { return folder_; }
  [[nodiscard]] const RunOptions& options() const { return options_; }
  [[nodiscard]] const TestFolder& files() const { return files_; }

  /// \return the shard's path
  std::filesystem::path add_shard(const std::filesystem::path& folder, ShardHeader header) const {
    std::filesystem::create_directories(folder);
    ShardWriter writer(shard_path(folder, header.chunk), header);
    writer.write("values", at::arange(2000, at::kFloat));
    writer.commit();
    return shard_path(folder, header.chunk);
  }

 private:
  TestFolder files_;
  RunOptions options_ = made_up_options();
  RunFolder folder_;
};

inline ShardHeader made_up_header(const std::string& kind, const std::string& fingerprint, std::int64_t chunk,
                                  std::int64_t num_chunks, std::int64_t schema) {
  return {kind, schema, fingerprint, "cpu", "float32", instruction_set(), chunk, num_chunks};
}

}  // namespace at2
