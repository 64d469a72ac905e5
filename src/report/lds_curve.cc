#include "report/lds_curve.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/errors.h"
#include "report/format.h"

namespace at2 {
namespace {

constexpr int kDecimals = 3;

std::string count_text(std::int64_t count, const std::string& what) {
  return compact(static_cast<double>(count)) + " " + what + (count == 1 ? "" : "s");
}

std::string prior_text(const TrainedWith& trained) {
  if (!trained.prior_candidates.empty()) return "prior chosen";
  return trained.prior_strength > 0 ? "prior " + compact(trained.prior_strength) : "no prior";
}

/// All that estimators of one curve agree in, part by part.
std::vector<std::string> parts_of(const TrainedWith& trained, Against against) {
  std::vector<std::string> parts = {features_text(trained), prior_text(trained)};
  if (against != Against::examples) parts.push_back(count_text(trained.examples, "training example"));
  if (against != Against::ablations) parts.push_back(count_text(trained.ablations, "ablation") + " each");
  if (against != Against::heads) {
    parts.push_back(compact(static_cast<double>(trained.nonzero_heads)) + " of " + count_text(trained.heads, "head"));
  }
  return parts;
}

/// Numbers that look alike when rounded are told apart, too.
struct CurveKey {
  std::vector<std::string> features;
  /// Those that it was chosen from, or the one.
  std::vector<double> priors;
  std::vector<std::int64_t> amounts;
  auto operator<=>(const CurveKey&) const = default;
};

CurveKey key_of(const TrainedWith& trained, Against against) {
  CurveKey key{trained.features, trained.prior_candidates, {trained.heads}};
  if (key.priors.empty()) key.priors = {trained.prior_strength};
  for (const Against other : {Against::examples, Against::ablations, Against::heads}) {
    if (other != against) key.amounts.push_back(amount_of(trained, other));
  }
  return key;
}

struct KeyedCurve {
  CurveKey key;
  std::vector<std::string> parts;
  Curve curve;
};

std::vector<KeyedCurve> curves_of(const LdsGroup& group, Against against) {
  std::vector<KeyedCurve> curves;
  for (const LdsRow& row : group.rows) {
    if (!row.trained || !row.lds) continue;
    const CurveKey key = key_of(*row.trained, against);
    auto found = std::find_if(curves.begin(), curves.end(), [&](const KeyedCurve& other) { return other.key == key; });
    if (found == curves.end()) {
      found = curves.insert(found, {key, parts_of(*row.trained, against), {}});
    }
    const auto x = static_cast<double>(amount_of(*row.trained, against));
    found->curve.points.push_back(
        {x, *row.lds,
         row.name + ", " + compact(x) + " " + against_word(against) + ": " + with_error(row.lds, kDecimals)});
  }
  return curves;
}

/// Which of the parts all curves share.
std::vector<bool> shared_parts(const std::vector<KeyedCurve>& curves) {
  std::vector<bool> shared(curves.front().parts.size(), true);
  for (const KeyedCurve& curve : curves) {
    for (std::size_t part = 0; part < shared.size(); ++part) {
      if (curve.parts[part] != curves.front().parts[part]) shared[part] = false;
    }
  }
  return shared;
}

std::string parts_text(const std::vector<std::string>& parts, const std::vector<bool>& shared, bool wanted) {
  std::string text;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    if (shared[part] == wanted) text += (text.empty() ? "" : ", ") + parts[part];
  }
  return text;
}

std::string axis_name(Against against) {
  switch (against) {
    case Against::examples:
      return "training examples (logarithmic)";
    case Against::ablations:
      return "ablations of each training example (logarithmic)";
    case Against::heads:
      return "heads with a coefficient (logarithmic)";
  }
  return "";
}

}  // namespace

std::int64_t amount_of(const TrainedWith& trained, Against against) {
  switch (against) {
    case Against::examples:
      return trained.examples;
    case Against::ablations:
      return trained.ablations;
    case Against::heads:
      return trained.nonzero_heads;
  }
  return 0;
}

std::string against_word(Against against) {
  switch (against) {
    case Against::examples:
      return "examples";
    case Against::ablations:
      return "ablations";
    case Against::heads:
      return "heads";
  }
  return "";
}

LineChart lds_curve(const LdsGroup& group, Against against) {
  LineChart chart;
  chart.title = "LDS by " + against_word(against) + ", " + lds_title(group);
  chart.x_label = axis_name(against);
  chart.y_label = "LDS (rank correlation)";
  chart.decimals = kDecimals;
  const std::vector<KeyedCurve> curves = curves_of(group, against);
  AT2_EXPECT(!curves.empty(), "some estimator has an LDS");
  const std::vector<bool> shared = shared_parts(curves);
  chart.subtitle = parts_text(curves.front().parts, shared, true);
  for (const KeyedCurve& curve : curves) {
    chart.curves.push_back(curve.curve);
    chart.curves.back().label = curves.size() == 1 ? curve.parts.front() : parts_text(curve.parts, shared, false);
  }
  for (const LdsRow& row : group.rows) {
    if (!row.trained && row.lds) chart.levels.push_back({row.name, *row.lds, method_style(row.method_key)});
  }
  return chart;
}

}  // namespace at2
