/// \file app/session.h
/// \brief One invocation of the program on one run folder: options, ranks, log and paths.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "app/rank_journal.h"
#include "base/log.h"
#include "base/stop_request.h"
#include "comm/environment.h"
#include "config/options.h"

namespace at2 {

/// The two sets of examples of a run.
enum class Split { train, evaluation };
[[nodiscard]] const char* to_text(Split split);

/// Where a run keeps what (docs/store_format.md).
class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path root) : root_(std::move(root)) {}
  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
  [[nodiscard]] std::filesystem::path config() const { return root_ / "config.yaml"; }
  [[nodiscard]] std::filesystem::path provenance() const { return root_ / "provenance.json"; }
  [[nodiscard]] std::filesystem::path ranks() const { return root_ / "ranks"; }
  [[nodiscard]] std::filesystem::path examples(Split split) const {
    return root_ / "examples" / (std::string(to_text(split)) + ".json");
  }
  [[nodiscard]] std::filesystem::path responses(Split split) const { return root_ / "responses" / to_text(split); }
  [[nodiscard]] std::filesystem::path ablations() const { return root_ / "ablations"; }
  [[nodiscard]] std::filesystem::path scores() const { return root_ / "scores"; }
  [[nodiscard]] std::filesystem::path prune() const { return root_ / "prune"; }
  [[nodiscard]] std::filesystem::path timing() const { return root_ / "timing.json"; }
  [[nodiscard]] std::filesystem::path estimator() const { return root_ / "estimator.h5"; }
  [[nodiscard]] std::filesystem::path training() const { return root_ / "training.h5"; }

 private:
  std::filesystem::path root_;
};

struct Session {
  RunOptions options;
  Environment& environment;
  Log log;
  RunFolder folder;
  /// What this rank does and has done; none in a dry run, which writes nothing.
  std::unique_ptr<RankJournal> journal;
  /// Whether somebody wants the program to stop.
  const StopRequest& stop;

  [[nodiscard]] Communicator& communicator() const { return environment.communicator(); }
};

/// The folder named by --out, else runs/<name>.
[[nodiscard]] RunFolder run_folder(const RunOptions& options, const std::optional<std::string>& out);

/// What a command does with a run folder: it adds measurements, or shows some of those there are.
enum class FolderUse { measure, show };

/// Compares `want` with the options that the folder was made with, `have`.
/// \throws UserError if they differ in what the measurements depend on, with FolderUse::show other than by their choice
void check_run_folder(const RunFolder& folder, const RunOptions& have, const RunOptions& want, FolderUse use);

/// A log to standard error for this rank.
[[nodiscard]] Log make_log(int rank);

/// Loads the config, then makes the run folder or checks that it belongs to the same options. \collective
/// \param command  as typed
/// \param out      run folder; runs/<name> where it is not given
/// \throws AgreedError on all ranks: the config is faulty, the folder cannot be written, or it was made with other
/// options
[[nodiscard]] Session open_session(Environment& environment, const std::string& command, const std::string& config_file,
                                   const std::vector<std::string>& overrides, const std::optional<std::string>& out,
                                   const StopRequest& stop);

/// Threads that this rank uses: the configured number, else the cores it may use divided by the ranks of its machine.
[[nodiscard]] int threads_of_rank(std::int64_t configured, int local_size);

}  // namespace at2
