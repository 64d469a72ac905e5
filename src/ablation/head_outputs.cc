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
at::Tensor stored_output(const LayerWeights& layer) {
  const std::vector<at::Tensor>& parts = layer.output.parts;
  // One part is not copied, which every layer of every answer would pay for.
  return (parts.size() == 1 ? parts.front() : at::cat(parts)).to(at::kFloat);
}

/// Values of the key/value head that each of some query heads shares: float32 [C, T, K].
at::Tensor for_query_heads(const at::Tensor& values_NTK, std::vector<std::int64_t> heads, std::int64_t num_heads) {
  for (std::int64_t& head : heads) head = head * values_NTK.size(0) / num_heads;
  return values_NTK.index_select(0, at::tensor(heads, at::kLong).to(values_NTK.device())).to(at::kFloat);
}

/// The part of W_O that reads some heads, float32 [D, C, K].
at::Tensor output_of_heads(const LayerWeights& layer, const std::vector<std::int64_t>& heads,
                           const ModelConfig& config) {
  const auto by_heads = [&](const at::Tensor& part) { return part.view({-1, config.num_heads, config.head_width}); };
  if (std::ssize(heads) == config.num_heads) return by_heads(stored_output(layer));
  // Chosen before anything is converted: a layer that few heads are read of is then cheap.
  std::vector<at::Tensor> parts;
  for (const at::Tensor& part : layer.output.parts) {
    parts.push_back(by_heads(part).index_select(1, at::tensor(heads, at::kLong).to(part.device())));
  }
  return at::cat(parts).to(at::kFloat);
}

}  // namespace

HeadOutputs::HeadOutputs(const LanguageModel& model, std::vector<Feature> features, HeadSelection heads)
    : model_(&model), features_(std::move(features)), heads_(std::move(heads)) {
  AT2_EXPECT(!features_.empty() && std::set(features_.begin(), features_.end()).size() == features_.size(),
             "features are different and not none");
  const at::NoGradGuard no_gradients;
  if (has(Feature::value_norm)) {
    for (std::int64_t layer = 0; layer < model.config().num_layers; ++layer) {
      grams_CKK_.push_back(heads_of(layer).empty() ? at::Tensor() : gram_CKK(layer));
    }
  }
  if (has(Feature::logit_contribution)) mean_D_ = model.head().mean(0, /*keepdim=*/false, at::kFloat);
}

bool HeadOutputs::has(Feature feature) const {
  return std::find(features_.begin(), features_.end(), feature) != features_.end();
}

std::vector<std::int64_t> HeadOutputs::heads_of(std::int64_t layer) const {
  return heads_.of_layer(layer, model_->config().num_heads);
}

at::Tensor HeadOutputs::output_DCK(std::int64_t layer) const {
  const LayerWeights& weights = layer_of(*model_, layer);
  const at::Tensor output = output_of_heads(weights, heads_of(layer), model_->config());
  return model_->config().post_norms ? output * weights.post_attention_norm.view({-1, 1, 1}) : output;
}

at::Tensor HeadOutputs::gram_CKK(std::int64_t layer) const {
  const at::Tensor output_CDK = output_DCK(layer).transpose(0, 1);
  return at::bmm(output_CDK.transpose(1, 2), output_CDK);
}

at::Tensor HeadOutputs::norms_CT(std::int64_t layer, const at::Tensor& values_NTK) const {
  const at::Tensor values_CTK = for_query_heads(values_NTK, heads_of(layer), model_->config().num_heads);
  const at::Tensor& gram = grams_CKK_.at(static_cast<std::size_t>(layer));
  // Rounding may bring the square of a tiny length below 0.
  return (at::bmm(values_CTK, gram) * values_CTK).sum(-1).clamp_min(0).sqrt();
}

at::Tensor HeadOutputs::readout_UD(const at::Tensor& targets_U) const {
  const at::Tensor rows_UD = model_->head().index_select(0, targets_U.to(model_->head().device())).to(at::kFloat);
  return (rows_UD - mean_D_) * model_->weights().final_norm;
}

at::Tensor HeadOutputs::directions_UCK(std::int64_t layer, const at::Tensor& readout_UD) const {
  const at::Tensor output = output_DCK(layer);
  return at::matmul(readout_UD, output.flatten(1)).view({readout_UD.size(0), output.size(1), output.size(2)});
}

at::Tensor HeadOutputs::divisors_U(std::int64_t layer, const at::Tensor& attended_UE) const {
  const at::Tensor written_UD = at::matmul(attended_UE.to(at::kFloat), stored_output(layer_of(*model_, layer)).t());
  return (written_UD.square().mean(-1) + model_->config().norm_epsilon).sqrt();
}

}  // namespace at2
