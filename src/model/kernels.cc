#include "model/kernels.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "model/few_rows.h"
#include "model/row_loops.h"
#include "model/row_odds.h"

namespace at2 {
namespace {

/// Numbers that are worth a thread of their own: less takes no longer than waking one up. No result depends on it.
constexpr std::int64_t numbers_per_task = 16384;

std::int64_t rows_per_task(std::int64_t width) { return std::max<std::int64_t>(numbers_per_task / width, 1); }

bool is_plain(const at::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && !x.requires_grad() && x.is_contiguous();
}

template <typename Body>
void for_each_row(std::int64_t rows, std::int64_t width, const Body& body) {
  at::parallel_for(0, rows, rows_per_task(width), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) body(row);
  });
}

at::Tensor composite_rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor scale = at::rsqrt(wide.square().mean(-1, true) + epsilon);
  return (wide * scale * weight).to(x.scalar_type());
}

at::Tensor few_rows_product(const at::Tensor& x, const at::Tensor& weight) {
  at::Tensor out = at::empty({x.size(0), weight.size(0)}, x.options());
  at::parallel_for(0, weight.size(0), rows_per_task(weight.size(1)), [&](std::int64_t begin, std::int64_t end) {
    few_rows::product(x.const_data_ptr<float>(), x.size(0), x.size(1), weight.const_data_ptr<float>(), {begin, end},
                      out.mutable_data_ptr<float>(), out.size(1));
  });
  return out;
}

/// Runs the loop of the activation.
void gated_row(const float* gate_up, float* out, std::int64_t width, Activation activation) {
  if (activation == Activation::silu) return row_loops::gated_silu(gate_up, out, width);
  row_loops::gated_gelu_tanh(gate_up, out, width);
}

}  // namespace

at::Tensor linear_rows(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, RowKernel kernel) {
  const std::int64_t rows = x.size(0);
  if (kernel == RowKernel::few && is_plain(x) && is_plain(weight)) {
    const at::Tensor product = few_rows_product(x, weight);
    return bias.defined() ? product + bias : product;
  }
  const std::optional<at::Tensor> added = bias.defined() ? std::optional<at::Tensor>(bias) : std::nullopt;
  if (rows >= min_product_rows) return at::linear(x, weight, added);
  return at::linear(at::constant_pad_nd(x, {0, 0, 0, min_product_rows - rows}), weight, added).narrow(0, 0, rows);
}

at::Tensor linear_rows(const at::Tensor& x, const Projection& projection, RowKernel kernel) {
  if (projection.parts.size() == 1) return linear_rows(x, projection.parts.front(), projection.bias, kernel);
  std::vector<at::Tensor> outputs;
  for (const at::Tensor& part : projection.parts) outputs.push_back(linear_rows(x, part, {}, kernel));
  const at::Tensor all = at::cat(outputs, 1);
  return projection.bias.defined() ? all + projection.bias : all;
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (!is_plain(x)) return composite_rms_norm(x, weight, epsilon);
  at::Tensor out = at::empty_like(x);
  const std::int64_t width = x.size(1);
  const float* from = x.const_data_ptr<float>();
  const float* scale = weight.const_data_ptr<float>();
  float* to = out.mutable_data_ptr<float>();
  for_each_row(x.size(0), x.stride(0), [&](std::int64_t row) {
    row_loops::rms_norm(from + row * width, scale, to + row * width, width, static_cast<float>(epsilon));
  });
  return out;
}

at::Tensor norm_heads(const at::Tensor& x, std::int64_t num_heads, std::int64_t num_kv_heads,
                      const at::Tensor& query_weight, const at::Tensor& key_weight, double epsilon) {
  const std::int64_t all_heads = x.size(1);
  const std::int64_t head_width = x.size(2);
  if (!is_plain(x)) {
    return at::cat({composite_rms_norm(x.narrow(1, 0, num_heads), query_weight, epsilon),
                    composite_rms_norm(x.narrow(1, num_heads, num_kv_heads), key_weight, epsilon),
                    x.narrow(1, num_heads + num_kv_heads, all_heads - num_heads - num_kv_heads)},
                   1);
  }
  float* rows = x.mutable_data_ptr<float>();
  const float* of_queries = query_weight.const_data_ptr<float>();
  const float* of_keys = key_weight.const_data_ptr<float>();
  for_each_row(x.size(0), x.stride(0), [&](std::int64_t row) {
    float* head = rows + row * all_heads * head_width;
    for (std::int64_t h = 0; h < num_heads + num_kv_heads; ++h, head += head_width) {
      row_loops::rms_norm(head, h < num_heads ? of_queries : of_keys, head, head_width, static_cast<float>(epsilon));
    }
  });
  return x;
}

AddedNorm add_rms_norm(const at::Tensor& residual, const at::Tensor& update, const at::Tensor& weight, double epsilon) {
  if (!is_plain(residual) || !is_plain(update)) {
    const at::Tensor sum = residual + update;
    return {sum, composite_rms_norm(sum, weight, epsilon)};
  }
  at::Tensor normed = at::empty_like(residual);
  const std::int64_t width = residual.size(1);
  float* sum = residual.mutable_data_ptr<float>();
  const float* more = update.const_data_ptr<float>();
  const float* scale = weight.const_data_ptr<float>();
  float* to = normed.mutable_data_ptr<float>();
  for_each_row(residual.size(0), width, [&](std::int64_t row) {
    const std::int64_t at = row * width;
    row_loops::add_rms_norm(sum + at, more + at, scale, to + at, width, static_cast<float>(epsilon));
  });
  return {residual, normed};
}

at::Tensor rotate_heads(const at::Tensor& x, std::int64_t num_heads, const RotaryTable& table) {
  const std::int64_t head_width = x.size(2);
  const std::int64_t half = table.cos.size(1);
  if (is_plain(x)) {
    const std::int64_t stride = x.stride(0);
    float* rows = x.mutable_data_ptr<float>();
    const float* c = table.cos.const_data_ptr<float>();
    const float* s = table.sin.const_data_ptr<float>();
    for_each_row(x.size(0), x.stride(0), [&](std::int64_t row) {
      row_loops::rotate(rows + row * stride, num_heads, head_width, c + row * half, s + row * half, half);
    });
    return x;
  }
  const at::Tensor c = table.cos.unsqueeze(1).to(x.scalar_type());
  const at::Tensor s = table.sin.unsqueeze(1).to(x.scalar_type());
  const at::Tensor turned = x.narrow(1, 0, num_heads);
  const at::Tensor first = turned.narrow(2, 0, half);
  const at::Tensor second = turned.narrow(2, half, half);
  const at::Tensor rest = turned.narrow(2, 2 * half, head_width - 2 * half);
  const at::Tensor rotated = at::cat({first * c - second * s, second * c + first * s, rest}, -1);
  return at::cat({rotated, x.narrow(1, num_heads, x.size(1) - num_heads)}, 1);
}

at::Tensor gated(const at::Tensor& gate_up, Activation activation) {
  const std::int64_t width = gate_up.size(1) / 2;
  if (!is_plain(gate_up)) {
    const at::Tensor gate = gate_up.narrow(1, 0, width);
    const at::Tensor up = gate_up.narrow(1, width, width);
    return (activation == Activation::silu ? at::silu(gate) : at::gelu(gate, "tanh")) * up;
  }
  at::Tensor out = at::empty({gate_up.size(0), width}, gate_up.options());
  const float* from = gate_up.const_data_ptr<float>();
  float* to = out.mutable_data_ptr<float>();
  for_each_row(gate_up.size(0), 2 * width,
               [&](std::int64_t row) { gated_row(from + row * 2 * width, to + row * width, width, activation); });
  return out;
}

at::Tensor target_log_odds(const at::Tensor& logits, const at::Tensor& targets) {
  const at::Tensor wide = logits.to(at::kFloat).contiguous();
  if (!is_plain(wide)) {
    const at::Tensor index = targets.to(wide.device()).unsqueeze(1);
    const at::Tensor others = at::logsumexp(wide.scatter(1, index, -INFINITY), 1);
    return (wide.gather(1, index).squeeze(1) - others).to(at::kCPU, at::kDouble);
  }
  AT2_EXPECT(targets.is_cpu() && targets.scalar_type() == at::kLong && targets.is_contiguous(), "targets are int64");
  at::Tensor odds = at::empty({wide.size(0)}, at::kDouble);
  const std::int64_t size = wide.size(1);
  const float* rows = wide.const_data_ptr<float>();
  const std::int64_t* target = targets.const_data_ptr<std::int64_t>();
  double* to = odds.mutable_data_ptr<double>();
  at::parallel_for(0, wide.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      RowOdds of_row;
      of_row.add(rows + row * size, size, target[row]);
      to[row] = of_row.log_odds();
    }
  });
  return odds;
}

}  // namespace at2
