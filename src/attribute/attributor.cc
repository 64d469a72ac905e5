#include "attribute/attributor.h"

#include <algorithm>
#include <utility>

#include "attribute/lasso.h"
#include "base/errors.h"
#include "base/timer.h"

namespace at2 {
namespace {

class At2Attributor final : public Attributor {
 public:
  At2Attributor(std::string key, std::string title, ScoreEstimator estimator)
      : Attributor(std::move(key), std::move(title)), estimator_(std::move(estimator)) {}

  [[nodiscard]] Attribution attribute(Measurements& measurements) const override {
    Cost cost;
    const at::Tensor features_GSF = measurements.features_GSF(estimator_.features(), cost);
    return {estimator_(features_GSF).to(at::kDouble), cost};
  }

 private:
  ScoreEstimator estimator_;
};

class HeadAverage final : public Attributor {
 public:
  HeadAverage(std::string key, std::string title, Feature feature)
      : Attributor(std::move(key), std::move(title)), feature_(feature) {}

  [[nodiscard]] Attribution attribute(Measurements& measurements) const override {
    Cost cost;
    const at::Tensor features_GSF = measurements.features_GSF(std::span(&feature_, 1), cost);
    return {features_GSF.mean(-1, false, at::kDouble), cost};
  }

 private:
  Feature feature_;
};

class Gradient final : public Attributor {
 public:
  Gradient() : Attributor("gradient", "Gradient L1") {}

  [[nodiscard]] Attribution attribute(Measurements& measurements) const override {
    Cost cost;
    const at::Tensor norms_GS = measurements.gradient_GS(cost);
    return {norms_GS.to(at::kDouble), cost};
  }
};

class Esm final : public Attributor {
 public:
  Esm(std::int64_t num_ablations, double lambda)
      : Attributor("esm_" + std::to_string(num_ablations), "ESM (" + std::to_string(num_ablations) + ")"),
        num_ablations_(num_ablations),
        lambda_(lambda) {}

  [[nodiscard]] Attribution attribute(Measurements& measurements) const override {
    const MeasuredAblations measured = measurements.surrogate_ablations(num_ablations_);
    Cost cost = measured.cost;
    const Timer timer;
    const AttributionTask& task = measurements.task();
    at::Tensor scores_GS = at::empty({std::ssize(task.targets), std::ssize(task.sources)}, at::kDouble);
    const at::Tensor keep_MS = measured.keep_MS.contiguous();
    const at::Tensor logit_probs_GM = measured.outcomes.logit_probs_GM.contiguous();
    for (std::int64_t g = 0; g < scores_GS.size(0); ++g) {
      const EsmScores fit = esm_scores(
          {keep_MS.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(keep_MS.numel())},
          {logit_probs_GM.const_data_ptr<double>() + g * num_ablations_, static_cast<std::size_t>(num_ablations_)},
          task.targets[static_cast<std::size_t>(g)].size(), lambda_);
      scores_GS.select(0, g).copy_(at::tensor(fit.scores_S, at::kDouble));
    }
    cost.seconds += timer.seconds();
    return {scores_GS, cost};
  }

 private:
  std::int64_t num_ablations_;
  double lambda_;
};

class LeaveOneOut final : public Attributor {
 public:
  LeaveOneOut() : Attributor("leave_one_out", "Leave one out") {}

  [[nodiscard]] Attribution attribute(Measurements& measurements) const override {
    const MeasuredAblations alone = measurements.leave_one_out_ablations();
    Cost cost = alone.cost;
    const AblationOutcomes& full = measurements.unablated(cost);
    return {full.logit_probs_GM - alone.outcomes.logit_probs_GM, cost};
  }
};

}  // namespace

std::unique_ptr<Attributor> make_at2(ScoreEstimator estimator) {
  return std::make_unique<At2Attributor>("at2", "AT2", std::move(estimator));
}
std::unique_ptr<Attributor> make_at2_general(ScoreEstimator estimator) {
  return std::make_unique<At2Attributor>("at2_general", "AT2 (general)", std::move(estimator));
}
std::unique_ptr<Attributor> make_at2_named(NamedEstimator estimator) {
  return std::make_unique<At2Attributor>("at2_" + estimator.name, "AT2 (" + estimator.name + ")",
                                         std::move(estimator.estimator));
}
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

std::unique_ptr<Attributor> make_head_average(Feature feature) {
  switch (feature) {
    case Feature::value_norm:
      return std::make_unique<HeadAverage>("value_norm", "Value norm", feature);
    case Feature::logit_contribution:
      return std::make_unique<HeadAverage>("logit_contribution", "Logit contribution", feature);
    case Feature::attention:
      break;
  }
  return std::make_unique<HeadAverage>("average_attention", "Average attention", Feature::attention);
}
std::unique_ptr<Attributor> make_gradient() { return std::make_unique<Gradient>(); }
std::unique_ptr<Attributor> make_esm(std::int64_t num_ablations, double lambda) {
  return std::make_unique<Esm>(num_ablations, lambda);
}
std::unique_ptr<Attributor> make_leave_one_out() { return std::make_unique<LeaveOneOut>(); }

std::vector<std::unique_ptr<Attributor>> make_attributors(const EvaluateOptions& options,
                                                          const Estimators& estimators) {
  std::vector<std::unique_ptr<Attributor>> attributors;
  for (const Method method : options.methods) {
    switch (method) {
      case Method::at2:
        AT2_EXPECT(estimators.own.has_value(), "AT2 needs an estimator");
        attributors.push_back(make_at2(*estimators.own));
        break;
      case Method::at2_general:
        AT2_EXPECT(estimators.general.has_value(), "AT2 (general) needs an estimator");
        attributors.push_back(make_at2_general(*estimators.general));
        break;
      case Method::average_attention:
      case Method::value_norm:
      case Method::logit_contribution:
        attributors.push_back(make_head_average(*averaged_feature(method)));
        break;
      case Method::gradient:
        attributors.push_back(make_gradient());
        break;
      case Method::leave_one_out:
        attributors.push_back(make_leave_one_out());
        break;
      case Method::esm:
        for (const std::int64_t count : options.esm_ablations) {
          attributors.push_back(make_esm(count, options.esm_lambda));
        }
        break;
    }
  }
  for (const NamedEstimator& other : estimators.others) attributors.push_back(make_at2_named(other));
  return attributors;
}

}  // namespace at2
