#include "attribute/measurements.h"

#include <utility>

#include "ablation/unablated.h"
#include "attribute/gradient.h"
#include "base/errors.h"
#include "base/timer.h"

namespace at2 {

Cost& Cost::operator+=(const Cost& other) {
  forward_passes += other.forward_passes;
  backward_passes += other.backward_passes;
  seconds += other.seconds;
  halved_packs += other.halved_packs;
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

void Measurements::set_attention(TokenAttention attention, const Cost& cost) {
  AT2_EXPECT(attention.span.begin == span_.begin && attention.span.end == span_.end &&
                 attention.attention_GTF.size(0) == std::ssize(task_.targets),
             "the attention is of this span and these targets");
  shared_->attention = std::move(attention);
  shared_->attention_cost = cost;
  shared_->spent += cost;
}

at::Tensor Measurements::features_GSF(std::span<const Feature> features, Cost& cost) {
  if (!shared_->attention) {
    const Timer timer;
    shared_->attention = attention_to_tokens(*model_, task_, span_, options_.outputs.get());
    shared_->attention_cost = {1, 0, timer.seconds()};
    shared_->spent += shared_->attention_cost;
  }
  cost += shared_->attention_cost;
  return attention_to_sources(only(*shared_->attention, features), task_.sources);
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
  if (count == options_.num_surrogate_ablations) return first;
  AblationOutcomes& outcomes = first.outcomes;
  outcomes.sequences_M.resize(static_cast<std::size_t>(count));
  const double sequences = count > 0 ? static_cast<double>(outcomes.sequences_M.back()) : 0;
  first.keep_MS = first.keep_MS.narrow(0, 0, count);
  outcomes.token_log_probs_MU = outcomes.token_log_probs_MU.narrow(0, 0, count);
  outcomes.log_probs_GM = outcomes.log_probs_GM.narrow(1, 0, count);
  outcomes.logit_probs_GM = outcomes.logit_probs_GM.narrow(1, 0, count);
  first.cost.seconds *= sequences / first.cost.forward_passes;
  first.cost.forward_passes = sequences;
  return first;
}

MeasuredAblations Measurements::leave_one_out_ablations() {
  if (!leave_one_out_) leave_one_out_ = measure(leave_one_out_masks(std::ssize(task_.sources)));
  return *leave_one_out_;
}

const AblationOutcomes& Measurements::unablated(Cost& cost) {
  if (!shared_->unablated) {
    const Timer timer;
    UnablatedMeasurement both = measure_unablated(*model_, task_, span_, options_.outputs.get());
    shared_->unablated = std::move(both.outcomes);
    shared_->unablated_cost = {1, 0, timer.seconds()};
    shared_->spent += shared_->unablated_cost;
    if (!shared_->attention) {
      shared_->attention = std::move(both.attention);
      shared_->attention_cost = shared_->unablated_cost;
    }
  }
  cost += shared_->unablated_cost;
  return *shared_->unablated;
}

MeasuredAblations Measurements::measure(const at::Tensor& keep_MS) {
  const Timer timer;
  MeasuredAblations measured{keep_MS, score_ablations(*model_, task_, keep_MS), {}};
  const std::vector<std::int64_t>& sequences_M = measured.outcomes.sequences_M;
  measured.cost = {sequences_M.empty() ? 0 : static_cast<double>(sequences_M.back()), 0, timer.seconds(),
                   measured.outcomes.halved_packs};
  shared_->spent += measured.cost;
  return measured;
}

}  // namespace at2
