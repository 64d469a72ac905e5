#include "attribute/head_reading.h"

#include <algorithm>

#include "train/sparse_heads.h"

namespace at2 {
namespace {

/// The feature that a method averages over all heads; nothing for other methods.
std::optional<Feature> averaged_feature(Method method) {
  switch (method) {
    case Method::average_attention:
      return Feature::attention;
    case Method::value_norm:
      return Feature::value_norm;
    case Method::logit_contribution:
      return Feature::logit_contribution;
    default:
      return std::nullopt;
  }
}

void add(std::vector<Feature>& features, Feature feature) {
  if (std::find(features.begin(), features.end(), feature) == features.end()) features.push_back(feature);
}

}  // namespace

HeadSelection heads_weighed_by(const ScoreEstimator& estimator) {
  return {weighed_heads(estimator), estimator.num_layers(), estimator.num_heads()};
}

HeadReading head_reading(std::span<const Method> methods, const std::optional<ScoreEstimator>& estimator,
                         const std::optional<ScoreEstimator>& general) {
  HeadReading reading;
  std::optional<HeadSelection> heads;
  const auto add_heads = [&](const HeadSelection& more) { heads = heads ? heads->united_with(more) : more; };
  for (const Method method : methods) {
    if (const std::optional<Feature> feature = averaged_feature(method)) {
      add(reading.features, *feature);
      add_heads({});
    }
    const auto* theta = method == Method::at2 ? &estimator : method == Method::at2_general ? &general : nullptr;
    if (theta == nullptr || !*theta) continue;
    for (const Feature feature : (*theta)->features()) add(reading.features, feature);
    add_heads(heads_weighed_by(**theta));
  }
  std::sort(reading.features.begin(), reading.features.end());
  reading.heads = heads.value_or(HeadSelection());
  return reading;
}

std::shared_ptr<const HeadOutputs> outputs_for(const LanguageModel& model, const HeadReading& reading) {
  return std::make_shared<const HeadOutputs>(model, reading.features, reading.heads);
}

}  // namespace at2
