#include "model/golden.h"

#include <torch/csrc/autograd/autograd.h>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "base/errors.h"
#include "checkpoint/safetensors.h"
#include "model/generate.h"

namespace at2 {
namespace {

using Positions = std::vector<std::int64_t>;

Positions integers(const at::Tensor& tensor) {
  const at::Tensor wide = tensor.to(at::kLong).contiguous();
  return {wide.const_data_ptr<std::int64_t>(), wide.const_data_ptr<std::int64_t>() + wide.numel()};
}

double largest_difference(const at::Tensor& ours, const at::Tensor& golden) {
  if (ours.sizes() != golden.sizes()) return std::numeric_limits<double>::infinity();
  if (ours.numel() == 0) return 0;
  return (ours.to(at::kCPU, at::kDouble) - golden.to(at::kDouble)).abs().max().item<double>();
}

at::ScalarType scalar_type(const TensorEntry& entry) {
  switch (entry.type) {
    case TensorType::f32:
      return at::kFloat;
    case TensorType::f64:
      return at::kDouble;
    case TensorType::i32:
      return at::kInt;
    case TensorType::i64:
      return at::kLong;
    default:
      throw UserError(entry.file + ": array " + entry.name + " has the type " + std::string(type_name(entry.type)),
                      "golden arrays are F32, F64, I32 or I64", "make the file with tools/make_golden.py");
  }
}

/// Runs a model on the golden tokens and compares as it goes.
class GoldenRun {
 public:
  GoldenRun(const LanguageModel& model, const std::filesystem::path& file, const GoldenTolerance& tolerance)
      : model_(model), file_(file.string()), arrays_(read_golden(file)), tolerance_(tolerance) {
    if (!has("input_ids")) refuse("it has no array input_ids");
    tokens_ = integers(arrays_.at("input_ids"));
    if (std::ssize(tokens_) < 2) refuse("input_ids has less than two tokens");
    for (const std::int64_t token : tokens_) {
      if (token < 0 || token >= model.config().vocabulary_size) {
        refuse("token " + std::to_string(token) + " is not in the model's vocabulary");
      }
    }
    all_.resize(tokens_.size());
    std::iota(all_.begin(), all_.end(), 0);
    if (has("logits")) tolerance_.logits *= std::max(1.0, golden("logits").std().item<double>());
  }

  [[nodiscard]] std::vector<Comparison> compare() {
    const at::NoGradGuard no_gradients;
    compare_full_run();
    compare_ablated_run();
    compare_greedy();
    compare_gradients();
    return std::move(comparisons_);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw UserError(file_ + " is not a golden file of this model", why, "make it with tools/make_golden.py");
  }
  [[nodiscard]] bool has(const char* name) const { return arrays_.contains(name); }
  [[nodiscard]] const at::Tensor& golden(const char* name) const { return arrays_.at(name); }

  void add(const std::string& what, const at::Tensor& ours, const at::Tensor& golden, double tolerance) {
    comparisons_.push_back({what, largest_difference(ours, golden), tolerance});
  }

  [[nodiscard]] Pack pack_of(const Positions& positions) const { return sequence_pack(tokens_, positions); }

  /// Weights [H, T, T] of a layer from its queries and keys.
  [[nodiscard]] at::Tensor attention(std::int64_t layer, const at::Tensor& queries_RHK,
                                     const at::Tensor& keys_RNK) const {
    const ModelConfig& config = model_.config();
    const at::Tensor queries = queries_RHK.to(at::kFloat).transpose(0, 1);
    const at::Tensor keys = keys_RNK.to(at::kFloat).repeat_interleave(config.num_heads / config.num_kv_heads, 1);
    const at::Tensor bias = visibility_bias(all_, all_, config.window_of(layer)).to(queries.device());
    return at::softmax(at::bmm(queries, keys.permute({1, 2, 0})) * config.score_scale + bias, -1);
  }

  void compare_full_run() {
    ForwardOptions options;
    if (has("attentions")) {
      options.observer = [&](std::int64_t layer, const AttentionRows& rows) {
        const bool known = layer < golden("attentions").size(0);
        if (!known) refuse("it has attention of fewer layers than the model");
        add("attention, layer " + std::to_string(layer), attention(layer, rows.queries_RHK, rows.keys_RNK),
            golden("attentions").select(0, layer), tolerance_.probabilities);
      };
    }
    const at::Tensor hidden = model_.hidden(pack_of(all_), options);
    if (has("logits")) add("logits", model_.logits(hidden), golden("logits"), tolerance_.logits);
    add_log_probs("", hidden, all_);
  }

  void compare_ablated_run() {
    if (!has("ablated_rows")) return;
    const Positions rows = integers(golden("ablated_rows"));
    const at::Tensor hidden = model_.hidden(pack_of(rows));
    if (has("ablated_logits")) {
      add("logits, ablated", model_.logits(hidden), golden("ablated_logits"), tolerance_.logits);
    }
    add_log_probs("ablated_", hidden, rows);
  }

  /// Log-probs of the tokens after `rows`, whose hidden states are given.
  void add_log_probs(const std::string& prefix, const at::Tensor& hidden, const Positions& rows) {
    const std::string of_probs = prefix + "target_log_probs";
    const std::string of_odds = prefix + "target_logit_probs";
    if (!has(of_probs.c_str()) && !has(of_odds.c_str())) return;
    const auto last = std::ssize(tokens_) - 1;
    Positions predicting;
    Positions targets;
    for (const std::int64_t row : rows) {
      if (row == last) continue;
      predicting.push_back(row);
      targets.push_back(tokens_[static_cast<std::size_t>(row) + 1]);
    }
    const at::Tensor odds =
        model_.target_log_odds(hidden.narrow(0, 0, std::ssize(predicting)), at::tensor(targets, at::kLong));
    const at::Tensor index = at::tensor(predicting, at::kLong);
    const std::string suffix = prefix.empty() ? "" : ", ablated";
    if (has(of_probs.c_str())) {
      add("log-probs" + suffix, log_prob_from_log_odds(odds), golden(of_probs.c_str()).index_select(0, index),
          tolerance_.logits);
    }
    if (has(of_odds.c_str())) {
      add("log-odds" + suffix, odds, golden(of_odds.c_str()).index_select(0, index), tolerance_.logits);
    }
  }

  void compare_greedy() {
    if (!has("greedy_ids")) return;
    const Positions wanted = integers(golden("greedy_ids"));
    GenerationLimits limits;
    limits.max_new_tokens = std::ssize(wanted);
    limits.end_tokens = EndTokens::ignored;
    const Positions ours = generate_greedy(model_, {&tokens_, 1}, limits).front().tokens;
    std::int64_t others = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (has("greedy_margins") &&
          golden("greedy_margins")[static_cast<std::int64_t>(i)].item<double>() <= 2 * tolerance_.logits) {
        break;
      }
      if (ours[i] != wanted[i]) ++others;
    }
    comparisons_.push_back({"greedy tokens", static_cast<double>(others), 0});
  }

  void compare_gradients() {
    if (!has("grad_embeddings") && !has("grad_l1")) return;
    // The gradient is that of the last 10 tokens' log-prob.
    const std::int64_t count = std::min<std::int64_t>(10, std::ssize(tokens_) - 1);
    const at::AutoGradMode gradients(true);
    ForwardOptions options;
    options.embeddings = model_.embed(tokens_).detach().requires_grad_(true);
    Pack pack = pack_of(all_);
    pack.wanted.assign(all_.end() - count - 1, all_.end() - 1);
    const at::Tensor logits = model_.logits(model_.hidden(pack, options)).to(at::kFloat);
    const at::Tensor targets =
        at::tensor(Positions(tokens_.end() - count, tokens_.end()), at::kLong).to(logits.device()).unsqueeze(1);
    const at::Tensor log_prob = at::log_softmax(logits, 1).gather(1, targets).sum();
    const at::Tensor gradient = torch::autograd::grad({log_prob}, {options.embeddings})[0].to(at::kFloat);
    const auto add_scaled = [&](const char* name, const at::Tensor& ours) {
      if (has(name)) add(name, ours, golden(name), tolerance_.gradients * golden(name).abs().max().item<double>());
    };
    add_scaled("grad_embeddings", gradient);
    add_scaled("grad_l1", gradient.abs().sum(1));
  }

  const LanguageModel& model_;
  std::string file_;
  std::map<std::string, at::Tensor> arrays_;
  GoldenTolerance tolerance_;
  Positions tokens_;
  Positions all_;
  std::vector<Comparison> comparisons_;
};

}  // namespace

GoldenTolerance golden_tolerance(at::ScalarType dtype) {
  // Half types: 1.5 times the largest distance of transformers itself, in that dtype, from its own float32 numbers on
  // the checkpoints of tests/golden/tiny-models (float16: 0.041, 0.016, 0.025; bfloat16: 0.28, 0.095, 0.20).
  switch (dtype) {
    case at::kFloat:
      return {5e-5, 1e-5, 1e-4};
    case at::kHalf:
      return {0.06, 0.025, 0.038};
    default:
      return {0.42, 0.14, 0.3};
  }
}

std::map<std::string, at::Tensor> read_golden(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  std::map<std::string, at::Tensor> arrays;
  for (const TensorEntry& entry : file.tensors()) {
    at::Tensor array = at::empty(entry.shape, scalar_type(entry));
    std::memcpy(array.mutable_data_ptr(), entry.bytes.data(), entry.bytes.size());
    arrays.emplace(entry.name, array);
  }
  return arrays;
}

std::vector<Comparison> compare_with_golden(const LanguageModel& model, const std::filesystem::path& golden,
                                            const GoldenTolerance& tolerance) {
  return GoldenRun(model, golden, tolerance).compare();
}

}  // namespace at2
