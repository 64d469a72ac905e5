#include "attribute/gradient.h"

#include <torch/csrc/autograd/autograd.h>

#include <ATen/core/grad_mode.h>

#include "ablation/attention_features.h"

namespace at2 {

at::Tensor gradient_l1_to_tokens(const LanguageModel& model, const AttributionTask& task, TokenRange span) {
  check(task);
  const at::AutoGradMode gradients(true);
  const auto device = model.place().device;
  Pack pack = whole_pack(task);
  pack.wanted = predicting_positions(task);
  ForwardOptions options;
  options.embeddings = model.embed(pack.tokens).detach().requires_grad_(true);
  const at::Tensor logits = model.logits(model.hidden(pack, options)).to(at::kFloat);
  const at::Tensor index = target_tokens(task).to(device).unsqueeze(1);
  const at::Tensor log_probs_U = at::log_softmax(logits, 1).gather(1, index).squeeze(1);

  std::vector<at::Tensor> norms;
  std::int64_t begin = 0;
  for (const TokenRange& target : task.targets) {
    const at::Tensor log_prob = log_probs_U.narrow(0, begin, target.size()).sum();
    const at::Tensor gradient = torch::autograd::grad({log_prob}, {options.embeddings}, {}, /*retain_graph=*/true)[0];
    norms.push_back(gradient.to(at::kFloat).abs().sum(1).narrow(0, span.begin, span.size()).to(at::kCPU));
    begin += target.size();
  }
  return at::stack(norms);
}

}  // namespace at2
