/// \file app/attribution_engine.h
/// \brief A loaded model that answers questions and says where its answers came from: behind at2 attribute and at2
/// serve.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ablation/attention_features.h"
#include "app/responses.h"
#include "attribute/head_reading.h"
#include "model/pretrained.h"
#include "serve/answer_engine.h"
#include "text/sentences.h"
#include "train/score_estimator.h"

namespace at2 {

/// Whether an engine without theta is of use.
enum class EstimatorUse { required, where_it_fits };

struct EngineOptions {
  /// GGUF file, Hugging Face folder, or "default".
  std::string model = "default";
  /// estimator.h5; nothing = the one that comes with the program, for the default model.
  std::optional<std::string> estimator_file;
  EstimatorUse estimator_use = EstimatorUse::where_it_fits;
  /// Whether theta of another model is taken.
  ModelCheck model_check = ModelCheck::refuse_other;
};

/// The caller chooses the number of LibTorch's threads.
class AttributionEngine : public AnswerEngine {
 public:
  /// Loads tokenizer, theta and weights, cheap things first.
  /// \throws UserError for a model or an estimator that cannot be used
  explicit AttributionEngine(const EngineOptions& options);

  [[nodiscard]] std::string model_name() const override { return name_; }
  [[nodiscard]] std::int64_t max_tokens() const override { return text_.config.max_positions; }
  /// Why AT2 cannot be used; empty if it can.
  [[nodiscard]] const std::string& why_no_estimator() const noexcept { return why_no_estimator_; }
  [[nodiscard]] AttributedAnswer answer(const Question& question, const TextListener& on_text) override;

 private:
  struct Written;
  [[nodiscard]] Prompt prompt_for(const Question& question, const Example& example) const;
  [[nodiscard]] Written write(const Question& question, const Prompt& prompt, const TextListener& on_text) const;
  void attribute(const Question& question, const AttributionInput& input, const Sources& sources,
                 std::optional<AttentionTrace> trace, AttributedAnswer& answer);
  /// What a reading needs of the weights, from an earlier question if one has read the same.
  [[nodiscard]] std::shared_ptr<const HeadOutputs> prepared(const HeadReading& reading);

  std::filesystem::path path_;
  std::string name_;
  std::string fingerprint_;
  ModelText text_;
  std::optional<StoredEstimator> estimator_;
  std::string why_no_estimator_;
  SentenceSplitter splitter_;
  LanguageModel model_;
  /// One for each set of features and heads that questions have asked for: a handful. After the model that they read.
  std::vector<std::pair<HeadReading, std::shared_ptr<const HeadOutputs>>> prepared_;
};

}  // namespace at2
