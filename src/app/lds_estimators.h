/// \file app/lds_estimators.h
/// \brief The estimators that `at2 lds` compares: their names, and whether they belong to a run's model.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "report/lds_table.h"
#include "train/score_estimator.h"

namespace at2 {

struct LdsEstimator {
  /// As in tables.
  std::string name;
  std::filesystem::path path;
  StoredEstimator stored;
};

/// Loads estimators, whatever model they are of.
/// \param words  files, or run folders with an estimator.h5. An estimator is named after its run folder, else after its
///               file; those that would have the same name, as they were typed
/// \throws UserError as load_estimator, or if a folder has none, or one is named twice
[[nodiscard]] std::vector<LdsEstimator> load_lds_estimators(std::span<const std::string> words);

/// For the rows of a table.
[[nodiscard]] TrainedWith trained_with(const StoredEstimator& stored);

/// Compares the estimators' model with that of a run: with its own estimator's, or, where it has none, with what its
/// responses depend on. Nothing is compared where the run has neither any more.
/// \throws UserError naming an estimator that was trained on another model
void require_model_of_run(const std::filesystem::path& run_folder, std::span<const LdsEstimator> estimators);

}  // namespace at2
