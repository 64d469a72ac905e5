#include "attribute/measurements.h"

#include <utility>

#include "attribute/gradient.h"
#include "base/errors.h"
#include "base/timer.h"

namespace at2 {

Cost& Cost::operator+=(const Cost& other) {
  forward_passes += other.forward_passes;
  backward_passes += other.backward_passes;
  seconds += other.seconds;
  return *this;
}

Measurements::Measurements(const LanguageModel& model, AttributionTask task, TokenRange span,
                           MeasurementOptions options)
    : model_(&model), task_(std::move(task)), span_(span), options_(options), shared_(std::make_shared<Shared>()) {
  check(task_);
}

Measurements Measurements::with_sources(std::vector<TokenRange> sources) const {
  AttributionTask task = task_;
  task.sources = std::move(sources);
  Measurements other(*model_, std::move(task), span_, options_);
  other.shared_ = shared_;
  return other;
}

at::Tensor Measurements::attention_GSF(Cost& cost) {
  if (!shared_->attention) {
    const Timer timer;
    shared_->attention = attention_to_tokens(*model_, task_, span_);
    shared_->attention_cost = {1, 0, timer.seconds()};
    shared_->spent += shared_->attention_cost;
  }
  cost += shared_->attention_cost;
  return attention_to_sources(*shared_->attention, task_.sources);
}

at::Tensor Measurements::gradient_GS(Cost& cost) {
  if (!shared_->gradient_GT) {
    const Timer timer;
    shared_->gradient_GT = gradient_l1_to_tokens(*model_, task_, span_);
    shared_->gradient_cost = {1, static_cast<double>(task_.targets.size()), timer.seconds()};
    shared_->spent += shared_->gradient_cost;
  }
  cost += shared_->gradient_cost;
  std::vector<at::Tensor> sums;
  for (const TokenRange& source : task_.sources) {
    sums.push_back(shared_->gradient_GT->narrow(1, source.begin - span_.begin, source.size()).sum(1));
  }
  return at::stack(sums, 1);
}

MeasuredAblations Measurements::surrogate_ablations(std::int64_t count) {
  AT2_EXPECT(count <= options_.num_surrogate_ablations, "no more surrogate ablations than were announced");
  if (!surrogate_) {
    const MaskOptions masks{options_.num_surrogate_ablations, options_.keep_probability, options_.seeding,
                            options_.seed, MaskPurpose::surrogate};
    surrogate_ = measure(random_keep_masks(task_.example_id, std::ssize(task_.sources), masks));
  }
  MeasuredAblations first = *surrogate_;
  const double share = static_cast<double>(count) / static_cast<double>(options_.num_surrogate_ablations);
  first.keep_MS = first.keep_MS.narrow(0, 0, count);
  first.outcomes.token_log_probs_MU = first.outcomes.token_log_probs_MU.narrow(0, 0, count);
  first.outcomes.log_probs_GM = first.outcomes.log_probs_GM.narrow(1, 0, count);
  first.outcomes.logit_probs_GM = first.outcomes.logit_probs_GM.narrow(1, 0, count);
  first.cost.forward_passes *= share;
  first.cost.seconds *= share;
  return first;
}

MeasuredAblations Measurements::leave_one_out_ablations() {
  if (!leave_one_out_) leave_one_out_ = measure(leave_one_out_masks(std::ssize(task_.sources)));
  return *leave_one_out_;
}

const AblationOutcomes& Measurements::unablated(Cost& cost) {
  if (!shared_->unablated) {
    const Timer timer;
    shared_->unablated = score_unablated(*model_, task_);
    shared_->unablated_cost = {1, 0, timer.seconds()};
    shared_->spent += shared_->unablated_cost;
  }
  cost += shared_->unablated_cost;
  return *shared_->unablated;
}

MeasuredAblations Measurements::measure(const at::Tensor& keep_MS) {
  const Timer timer;
  MeasuredAblations measured{keep_MS, score_ablations(*model_, task_, keep_MS), {}};
  measured.cost = {static_cast<double>(keep_MS.size(0)), 0, timer.seconds()};
  shared_->spent += measured.cost;
  return measured;
}

}  // namespace at2
