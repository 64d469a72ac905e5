/// \file report/made_up_lds.h
/// \brief Made-up rows of `at2 lds`.
#pragma once

#include <string>
#include <vector>

#include "report/lds_table.h"
#include "report/made_up_results.h"

namespace at2 {

inline LdsRow made_up_row(const std::string& name, std::int64_t examples, double lds) {
  LdsRow row;
  row.name = name;
  row.trained = TrainedWith{{"attention"}, 0, {}, examples, 32, 270, 270};
  row.lds = made_up_estimate(lds, 0.02);
  return row;
}

inline LdsRow made_up_method(const std::string& key, double lds) {
  LdsRow row;
  row.name = row.method_key = key;
  row.lds = made_up_estimate(lds, 0.02);
  return row;
}

inline LdsGroup lds_group_of(std::vector<LdsRow> rows) {
  LdsGroup group{"HotpotQA", "token", std::move(rows)};
  for (LdsRow& row : group.rows) {
    row.evaluation = group.evaluation;
    row.sources = group.sources;
    row.baseline = group.rows.front().name;
  }
  return group;
}

}  // namespace at2
