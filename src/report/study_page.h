/// \file report/study_page.h
/// \brief index.html of a study: all figures with their captions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/results.h"
#include "report/study_figures.h"

namespace at2 {

/// The page. It loads nothing; its links lead to the files that `write_study` puts beside it.
[[nodiscard]] std::string study_page(std::span<const RunResults> runs, const std::vector<StudyFigure>& figures);

}  // namespace at2
