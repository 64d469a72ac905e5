#include "app/fingerprints.h"

#include <nlohmann/json.hpp>

#include "app/inputs.h"
#include "base/hash.h"
#include "config/enum_text.h"

namespace at2 {
namespace {

using nlohmann::json;

std::string digest(const json& parts) { return fingerprint(parts.dump()); }

template <typename Enum>
json words_of(const std::vector<Enum>& values) {
  json words = json::array();
  for (const Enum value : values) words.push_back(to_text(value));
  return words;
}

}  // namespace

std::string responses_fingerprint(const RunOptions& options, const std::string& model, const std::string& examples) {
  return digest({"responses", to_text(options.task), model, examples, options.seed, options.generate.max_new_tokens,
                 options.store.chunk_size});
}

std::string ablations_fingerprint(const RunOptions& options, const std::string& responses) {
  const AblateOptions& ablate = options.ablate;
  json parts = {"ablations",
                responses,
                to_text(ablate.sources),
                ablate.num_ablations,
                ablate.keep_probability,
                to_text(ablate.mask_seeding),
                to_text(ablate.feature_dtype),
                options.seed};
  // Runs of before there was a choice have read attention.
  if (ablate.features != std::vector{Feature::attention}) parts.push_back(words_of(ablate.features));
  if (ablate.mask_design != MaskDesign::independent) parts.push_back(to_text(ablate.mask_design));
  return digest(parts);
}

std::string estimator_fingerprint(const RunOptions& options, const std::string& ablations) {
  const TrainOptions& train = options.train;
  json parts = {"estimator",         ablations,           train.steps, train.batch_size,
                train.learning_rate, train.gradient_clip, options.seed};
  if (train.prior_strength != 0 || train.validation_fraction != 0) {
    parts.push_back({train.prior_strength, train.validation_fraction});
  }
  if (!train.prior_candidates.empty()) parts.push_back({"prior_candidates", train.prior_candidates});
  if (train.sparse_heads != 0) parts.push_back({"sparse_heads", train.sparse_heads});
  // What a part of the measurements gives is another estimator; all of them, however asked for, is the same one.
  if (!train.features.empty() && train.features != options.ablate.features) parts.push_back(words_of(train.features));
  if (train.max_examples != 0) parts.push_back({"examples", train.max_examples});
  if (train.max_ablations != 0 && train.max_ablations != options.ablate.num_ablations) {
    parts.push_back({"ablations", train.max_ablations});
  }
  return digest(parts);
}

std::string scores_fingerprint(const RunOptions& options, const std::string& responses, const std::string& estimator,
                               const std::string& general, const std::vector<std::string>& others) {
  const EvaluateOptions& evaluate = options.evaluate;
  // Only what a method uses, so that runs may share what is equal.
  const bool surrogate = uses(evaluate, Method::esm);
  json parts = {"scores",
                responses,
                uses(evaluate, Method::at2) ? estimator : "",
                uses(evaluate, Method::at2_general) ? general : "",
                words_of(evaluate.sources),
                words_of(evaluate.methods),
                evaluate.lds_ablations,
                surrogate ? json(evaluate.esm_ablations) : json(),
                surrogate ? json(evaluate.esm_lambda) : json(),
                evaluate.top_k,
                options.ablate.keep_probability,
                surrogate ? to_text(options.ablate.mask_seeding) : "",
                options.seed};
  // Left out where there are none, as by earlier versions.
  if (!others.empty()) parts.push_back(others);
  if (evaluate.store_features) parts.push_back({"features", words_of(options.ablate.features)});
  return digest(parts);
}

std::string prune_fingerprint(const RunOptions& options, const std::string& responses, const std::string& estimator,
                              const std::string& general) {
  EvaluateOptions methods = options.evaluate;
  methods.methods = options.prune.methods;
  const bool surrogate = uses(methods, Method::esm);
  return digest({"prune", responses, uses(methods, Method::at2) ? estimator : "",
                 uses(methods, Method::at2_general) ? general : "", to_text(options.prune.sources),
                 words_of(methods.methods), options.prune.kept, surrogate ? json(methods.esm_ablations) : json(),
                 surrogate ? json(methods.esm_lambda) : json(),
                 surrogate ? json(options.ablate.keep_probability) : json(),
                 surrogate ? to_text(options.ablate.mask_seeding) : "", options.seed});
}

std::string weights_fingerprint(const ScoreEstimator& estimator) {
  const at::Tensor weight_F = estimator.weight();
  return fingerprint({static_cast<const char*>(weight_F.const_data_ptr()), weight_F.nbytes()});
}

std::int64_t schema_version_of(const std::string& kind) { return kind == "ablations" || kind == "prune" ? 1 : 2; }

}  // namespace at2
