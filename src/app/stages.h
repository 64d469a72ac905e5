/// \file app/stages.h
/// \brief The stages of a run. Each reads the artifacts before it, computes what is missing and writes one artifact.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>

#include "app/chunks.h"
#include "app/inputs.h"
#include "app/session.h"

namespace at2 {

/// The model's weights, loaded when first needed: a stage that finds everything done does not need them.
class LazyModel {
 public:
  LazyModel(const Session& session, const Inputs& inputs) : session_(&session), inputs_(&inputs) {}
  /// \collective on the first call
  [[nodiscard]] const LanguageModel& get();

 private:
  const Session* session_;
  const Inputs* inputs_;
  std::unique_ptr<LanguageModel> model_;
};

/// What a stage took on all ranks.
struct StageEffort {
  double seconds = 0;
  double forward_passes = 0;
  double backward_passes = 0;
  /// Where it stopped in order before its end, the next command goes on.
  StageEnd end = StageEnd::complete;
};

/// Greedy responses to both data sets. \collective
StageEffort generate_stage(const Session& session, const Inputs& inputs, LazyModel& model);
/// Random ablations and attention features of the training set (paper, algorithm 1, lines 5-9). \collective
StageEffort ablate_stage(const Session& session, const Inputs& inputs, LazyModel& model);
/// theta (paper, algorithm 1, line 13). \collective
StageEffort train_stage(const Session& session, const Inputs& inputs);
/// Scores, drops and LDS ablations of every method on the evaluation set (paper, section 4). \collective
StageEffort evaluate_stage(const Session& session, const Inputs& inputs, LazyModel& model);
/// Answers from contexts without their less important sources (paper, section 5); a table goes to `out`. \collective
StageEffort prune_stage(const Session& session, const Inputs& inputs, LazyModel& model, std::ostream& out);
/// Throws if the evaluation set is none for prune_stage: no example has an answer, asks for a final answer, or has
/// sources to choose from. Nothing where the config asks for no pruning. \collective
void check_prune(const Session& session, const Inputs& inputs);
/// Times forward and backward passes and attributions (paper, Figure 4c) and writes timing.json; a table goes to `out`.
/// \return StageEnd::stopped if it was asked to stop: nothing is written then
/// \throws AgreedError on more than one rank
[[nodiscard]] StageEnd bench_stage(const Session& session, const Inputs& inputs, LazyModel& model, std::ostream& out);
/// Tables, figures and pages from what the folder holds, into it; the tables also go to `out`. One rank calls it.
/// \throws UserError as collect_run, or if files cannot be written
void report_stage(const RunFolder& folder, const RunOptions& options, std::ostream& out);

/// Stage descriptions, shared by those who write and those who read.
[[nodiscard]] Chunking chunking_of(const Session& session, const Corpus& corpus);
[[nodiscard]] ChunkStage responses_of(const Session& session, const Inputs& inputs, Split split,
                                      const Chunking& chunking);
[[nodiscard]] ChunkStage ablations_of(const Session& session, const Inputs& inputs, const Chunking& chunking);
[[nodiscard]] ChunkStage scores_of(const Session& session, const Inputs& inputs, const Chunking& chunking);
[[nodiscard]] ChunkStage prune_of(const Session& session, const Inputs& inputs, const Chunking& chunking);

/// Sums over ranks. \collective
[[nodiscard]] StageEffort total_effort(const Session& session, const StageEffort& mine);

}  // namespace at2
