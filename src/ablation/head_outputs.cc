#include "ablation/head_outputs.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/errors.h"

namespace at2 {
namespace {

const LayerWeights& layer_of(const LanguageModel& model, std::int64_t layer) {
  return model.weights().layers.at(static_cast<std::size_t>(layer));
}

/// W_O as stored, float32 [D, H K].
at::Tensor stored_output(const LayerWeights& layer) { return at::cat(layer.output.parts).to(at::kFloat); }

/// Values of each key/value head for all query heads that share it: float32 [H, T, K].
at::Tensor for_query_heads(const at::Tensor& values_NTK, std::int64_t num_heads) {
  return values_NTK.to(at::kFloat).repeat_interleave(num_heads / values_NTK.size(0), 0);
}

}  // namespace

HeadOutputs::HeadOutputs(const LanguageModel& model, std::vector<Feature> features)
    : model_(&model), features_(std::move(features)) {
  AT2_EXPECT(!features_.empty() && std::set(features_.begin(), features_.end()).size() == features_.size(),
             "features are different and not none");
  const at::NoGradGuard no_gradients;
  if (has(Feature::value_norm)) {
    for (std::int64_t layer = 0; layer < model.config().num_layers; ++layer) grams_HKK_.push_back(gram_HKK(layer));
  }
  if (has(Feature::logit_contribution)) mean_D_ = model.head().mean(0, /*keepdim=*/false, at::kFloat);
}

bool HeadOutputs::has(Feature feature) const {
  return std::find(features_.begin(), features_.end(), feature) != features_.end();
}

at::Tensor HeadOutputs::output_DE(std::int64_t layer) const {
  const LayerWeights& weights = layer_of(*model_, layer);
  const at::Tensor output = stored_output(weights);
  return model_->config().post_norms ? output * weights.post_attention_norm.unsqueeze(1) : output;
}

at::Tensor HeadOutputs::gram_HKK(std::int64_t layer) const {
  const ModelConfig& config = model_->config();
  const at::Tensor output_HDK =
      output_DE(layer).view({config.model_width, config.num_heads, config.head_width}).transpose(0, 1);
  return at::bmm(output_HDK.transpose(1, 2), output_HDK);
}

at::Tensor HeadOutputs::norms_HT(std::int64_t layer, const at::Tensor& values_NTK) const {
  const at::Tensor values_HTK = for_query_heads(values_NTK, model_->config().num_heads);
  const at::Tensor& gram = grams_HKK_.at(static_cast<std::size_t>(layer));
  // Rounding may bring the square of a tiny length below 0.
  return (at::bmm(values_HTK, gram) * values_HTK).sum(-1).clamp_min(0).sqrt();
}

at::Tensor HeadOutputs::readout_UD(const at::Tensor& targets_U) const {
  const at::Tensor rows_UD = model_->head().index_select(0, targets_U.to(model_->head().device())).to(at::kFloat);
  return (rows_UD - mean_D_) * model_->weights().final_norm;
}

at::Tensor HeadOutputs::directions_UHK(std::int64_t layer, const at::Tensor& readout_UD) const {
  const ModelConfig& config = model_->config();
  return at::matmul(readout_UD, output_DE(layer)).view({readout_UD.size(0), config.num_heads, config.head_width});
}

at::Tensor HeadOutputs::divisors_U(std::int64_t layer, const at::Tensor& attended_UE) const {
  const at::Tensor written_UD = at::matmul(attended_UE.to(at::kFloat), stored_output(layer_of(*model_, layer)).t());
  return (written_UD.square().mean(-1) + model_->config().norm_epsilon).sqrt();
}

}  // namespace at2
