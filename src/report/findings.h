/// \file report/findings.h
/// \brief What came out of a run, in sentences.
#pragma once

#include <string>
#include <vector>

#include "report/results.h"

namespace at2 {

/// How much a sentence may be relied on: an interval that excludes 0, one that does not, too few examples to say, or a
/// plain fact.
enum class Certainty { clear, open, too_few, fact };

struct Finding {
  std::string sentence;
  Certainty certainty = Certainty::fact;
};

/// For each kind of source how AT2 (AT2 (general), where AT2 is not a method) compares with average attention, or with
/// the first other method, in LDS and in the drop of the largest k, then with the others; what the methods cost; what
/// pruning did. "AT2's LDS is 0.21 above average attention's (95 % interval 0.10 to 0.32, 40 examples)."
[[nodiscard]] std::vector<Finding> findings(const RunResults& results);

}  // namespace at2
