#include "model/rotary.h"

#include <cmath>
#include <numbers>
#include <span>

#include "base/errors.h"

namespace at2 {
namespace {

using Scaling = RopeOptions::Scaling;

/// Llama-3.1: long wavelengths are stretched by `factor`, short ones kept, those between blended.
double blended_frequency(double frequency, const RopeOptions& rope) {
  const double wavelength = 2.0 * std::numbers::pi / frequency;
  const auto original = static_cast<double>(rope.original_max_positions);
  if (wavelength < original / rope.high_frequency_factor) return frequency;
  if (wavelength > original / rope.low_frequency_factor) return frequency / rope.factor;
  const double smooth =
      (original / wavelength - rope.low_frequency_factor) / (rope.high_frequency_factor - rope.low_frequency_factor);
  return (1.0 - smooth) * frequency / rope.factor + smooth * frequency;
}

at::Tensor frequencies(const RopeOptions& rope, std::span<const float> divisors, std::int64_t rotary_width) {
  const std::int64_t half = rotary_width / 2;
  AT2_EXPECT(divisors.empty() || std::ssize(divisors) == half, "one divisor per frequency");
  at::Tensor all = at::empty({half}, at::kFloat);
  float* to = all.mutable_data_ptr<float>();
  for (std::int64_t j = 0; j < half; ++j) {
    double frequency = std::pow(rope.theta, -2.0 * static_cast<double>(j) / static_cast<double>(rotary_width));
    if (rope.scaling == Scaling::llama3) frequency = blended_frequency(frequency, rope);
    if (rope.scaling == Scaling::linear) frequency /= rope.factor;
    if (!divisors.empty()) frequency /= static_cast<double>(divisors[static_cast<std::size_t>(j)]);
    to[j] = static_cast<float>(frequency);
  }
  return all;
}

}  // namespace

Rotary::Rotary(const RopeOptions& options, std::int64_t rotary_width, const at::Device& device)
    : frequencies_(frequencies(options, options.divisors, rotary_width).to(device)),
      original_max_positions_(options.original_max_positions),
      attention_factor_(options.attention_factor) {
  if (options.scaling == Scaling::longrope) {
    long_frequencies_ = frequencies(options, options.long_divisors, rotary_width).to(device);
  }
}

RotaryTable Rotary::table(const Pack& pack) const {
  const at::Device device = frequencies_.device();
  const at::Tensor positions = at::tensor(pack.positions, at::kLong).to(device).to(at::kFloat).unsqueeze(1);
  at::Tensor turns = frequencies_.unsqueeze(0);
  if (long_frequencies_.defined()) {
    at::Tensor is_long = at::zeros({std::ssize(pack.positions), 1}, at::kBool);
    for (const Segment& segment : pack.segments) {
      if (sequence_length(pack, segment) <= original_max_positions_) continue;
      is_long.narrow(0, segment.rows.begin, segment.rows.end - segment.rows.begin).fill_(true);
    }
    turns = at::where(is_long.to(device), long_frequencies_.unsqueeze(0), turns);
  }
  const at::Tensor angles = positions * turns;
  if (attention_factor_ == 1.0) return {angles.cos(), angles.sin()};
  return {angles.cos() * attention_factor_, angles.sin() * attention_factor_};
}

bool changes_at(const RopeOptions& options, std::int64_t length) {
  return options.scaling == Scaling::longrope && length == options.original_max_positions + 1;
}

}  // namespace at2
