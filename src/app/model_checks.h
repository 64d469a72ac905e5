/// \file app/model_checks.h
/// \brief What can be checked of a model without another implementation's numbers.
#pragma once

#include <vector>

#include "model/golden.h"
#include "model/pretrained.h"

namespace at2 {

/// Tokenizer and chat template: texts come back as they were from encoding and decoding; the template takes a question,
/// and its beginning-of-sequence token comes once. `difference` counts what failed.
[[nodiscard]] std::vector<Comparison> check_text(const ModelText& text);

/// On random tokens: attention rows of every layer sum to one; a run without hidden tokens equals one in which they are
/// masked; log-probs have the same bits whatever else is in the pack; generation does not depend on the batch.
[[nodiscard]] std::vector<Comparison> check_model(const LanguageModel& model);

}  // namespace at2
