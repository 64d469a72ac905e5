#include "attribute/head_reading.h"

#include <algorithm>
#include <optional>

#include "train/sparse_heads.h"

namespace at2 {
namespace {

void add(std::vector<Feature>& features, Feature feature) {
  if (std::find(features.begin(), features.end(), feature) == features.end()) features.push_back(feature);
}

}  // namespace

HeadSelection heads_weighed_by(const ScoreEstimator& estimator) {
  return {weighed_heads(estimator), estimator.num_layers(), estimator.num_heads()};
}

HeadReading head_reading(std::span<const Method> methods, const Estimators& estimators) {
  HeadReading reading;
  std::optional<HeadSelection> heads;
  const auto add_heads = [&](const HeadSelection& more) { heads = heads ? heads->united_with(more) : more; };
  const auto add_theta = [&](const ScoreEstimator& theta) {
    for (const Feature feature : theta.features()) add(reading.features, feature);
    add_heads(heads_weighed_by(theta));
  };
  for (const Method method : methods) {
    if (const std::optional<Feature> feature = averaged_feature(method)) {
      add(reading.features, *feature);
      add_heads({});
    }
    if (method == Method::at2 && estimators.own) add_theta(*estimators.own);
    if (method == Method::at2_general && estimators.general) add_theta(*estimators.general);
  }
  for (const NamedEstimator& other : estimators.others) add_theta(other.estimator);
  std::sort(reading.features.begin(), reading.features.end());
  reading.heads = heads.value_or(HeadSelection());
  return reading;
}

HeadReading with_all_heads(HeadReading reading, std::span<const Feature> features) {
  for (const Feature feature : features) add(reading.features, feature);
  std::sort(reading.features.begin(), reading.features.end());
  reading.heads = {};
  return reading;
}

std::shared_ptr<const HeadOutputs> outputs_for(const LanguageModel& model, const HeadReading& reading) {
  return std::make_shared<const HeadOutputs>(model, reading.features, reading.heads);
}

}  // namespace at2
