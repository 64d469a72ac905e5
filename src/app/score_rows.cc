#include "app/score_rows.h"

#include <algorithm>
#include <string>

#include "base/errors.h"
#include "config/enum_text.h"
#include "evaluate/mask_error.h"

namespace at2 {
namespace {

/// One method's rows, or its differences to another one's, over the examples of one kind of sources.
class RowMaker {
 public:
  RowMaker(std::string sources, const Resampling& resampling) : sources_(std::move(sources)), resampling_(resampling) {}

  [[nodiscard]] MethodRow row(const MeasuredMethod& method) const {
    MethodRow row;
    row.key = method.key;
    row.method = method.title;
    row.sources = sources_;
    row.lds = estimate(lds_of(method), resampling_.samples, stream(method, "lds"), resampling_.confidence);
    row.lds_mask_error = error_of_mean(mask_errors_of(method));
    for (const auto& [k, first] : method.examples.front().drop_by_k) {
      row.drop_by_k[k] = *estimate(drops_of(method, k), resampling_.samples,
                                   stream(method, "drop " + std::to_string(k)), resampling_.confidence);
    }
    Cost cost;
    for (const MeasuredExample& example : method.examples) cost += example.cost;
    const auto examples = static_cast<double>(method.examples.size());
    row.forward_passes = cost.forward_passes / examples;
    row.backward_passes = cost.backward_passes / examples;
    row.seconds = cost.seconds / examples;
    return row;
  }

  void compare(MethodRow& row, const MeasuredMethod& method, const MeasuredMethod& baseline) const {
    AT2_EXPECT(method.examples.size() == baseline.examples.size(), "all methods have the same examples");
    std::vector<double> mine;
    std::vector<double> theirs;
    for (std::size_t e = 0; e < method.examples.size(); ++e) {
      if (const auto both = means_of_both_defined(method.examples[e].lds_G, baseline.examples[e].lds_G)) {
        mine.push_back(both->first);
        theirs.push_back(both->second);
      }
    }
    row.lds_over_at2 = difference(mine, theirs, stream(method, "lds over " + baseline.key));
    for (const auto& [k, drop] : row.drop_by_k) {
      const std::string name = "drop " + std::to_string(k) + " over " + baseline.key;
      row.drop_over_at2_by_k[k] = *difference(drops_of(method, k), drops_of(baseline, k), stream(method, name));
    }
  }

 private:
  [[nodiscard]] RandomStream stream(const MeasuredMethod& method, const std::string& metric) const {
    return {resampling_.seed, "bootstrap " + method.key + " " + sources_ + " " + metric};
  }

  [[nodiscard]] std::optional<Estimate> difference(const std::vector<double>& a, const std::vector<double>& b,
                                                   const RandomStream& stream) const {
    return paired_bootstrap(a, b, resampling_.samples, stream, resampling_.confidence);
  }

  static std::vector<double> lds_of(const MeasuredMethod& method) {
    std::vector<double> values;
    for (const MeasuredExample& example : method.examples) {
      if (const auto value = mean_of_defined(example.lds_G)) values.push_back(*value);
    }
    return values;
  }

  static std::vector<double> mask_errors_of(const MeasuredMethod& method) {
    std::vector<double> errors;
    for (const MeasuredExample& example : method.examples) {
      if (example.lds_mask_error) errors.push_back(*example.lds_mask_error);
    }
    return errors;
  }

  static std::vector<double> drops_of(const MeasuredMethod& method, std::int64_t k) {
    std::vector<double> values;
    for (const MeasuredExample& example : method.examples) values.push_back(example.drop_by_k.at(k));
    return values;
  }

  std::string sources_;
  const Resampling& resampling_;
};

}  // namespace

std::vector<MethodRow> rows_over(const MeasuredKind& kind, const MeasuredMethod* baseline,
                                 const Resampling& resampling) {
  const RowMaker maker(std::string(to_text(kind.kind)), resampling);
  std::vector<MethodRow> rows;
  for (const MeasuredMethod& method : kind.methods) {
    rows.push_back(maker.row(method));
    if (baseline != nullptr && baseline != &method) maker.compare(rows.back(), method, *baseline);
  }
  return rows;
}

std::vector<MethodRow> score_rows(const MeasuredKind& kind, const Resampling& resampling) {
  const MeasuredMethod* baseline = nullptr;
  for (const Method method : {Method::at2_general, Method::at2}) {
    for (const MeasuredMethod& measured : kind.methods) {
      if (measured.key == to_text(method)) baseline = &measured;
    }
  }
  return rows_over(kind, baseline, resampling);
}

}  // namespace at2
