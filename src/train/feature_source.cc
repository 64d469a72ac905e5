#include "train/feature_source.h"

#include <string>

#include "base/errors.h"

namespace at2 {
namespace {

void require_finite(const at::Tensor& values, const char* what, std::size_t example) {
  if (values.numel() == 0 || at::isfinite(values).all().item<bool>()) return;
  throw UserError("training example " + std::to_string(example) + " cannot be used",
                  std::string(what) + " holds a number that is not finite",
                  "delete the ablation shards and measure again; if it stays, the model overflows in this dtype");
}

}  // namespace

void FeatureTable::add(const at::Tensor& features_GMF, const at::Tensor& logit_probs_GM) {
  AT2_EXPECT(features_GMF.dim() == 3 && logit_probs_GM.dim() == 2, "shapes are [G, M, F] and [G, M]");
  AT2_EXPECT(features_GMF.size(0) == logit_probs_GM.size(0) && features_GMF.size(1) == logit_probs_GM.size(1),
             "features and logit-probs are of the same targets and ablations");
  AT2_EXPECT(features_.empty() || features_.front().size(2) == features_GMF.size(2), "all examples have F features");
  require_finite(features_GMF, "attention features", features_.size());
  require_finite(logit_probs_GM, "logit-probs", features_.size());
  features_.push_back(features_GMF.cpu().contiguous());
  logit_probs_.push_back(logit_probs_GM.cpu().to(at::kFloat).contiguous());
}

std::int64_t FeatureTable::num_targets(std::int64_t example) const {
  return features_.at(static_cast<std::size_t>(example)).size(0);
}

TargetFeatures FeatureTable::target(TargetIndex index) const {
  return {features_GMF(index.example).select(0, index.target), logit_probs_GM(index.example).select(0, index.target)};
}

at::Tensor FeatureTable::features_GMF(std::int64_t example) const {
  return features_.at(static_cast<std::size_t>(example));
}

at::Tensor FeatureTable::logit_probs_GM(std::int64_t example) const {
  return logit_probs_.at(static_cast<std::size_t>(example));
}

}  // namespace at2
