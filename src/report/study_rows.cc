#include "report/study_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "base/errors.h"

namespace at2 {
namespace {

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

/// The key, also of results that have none.
std::string key_of(const MethodRow& row) { return method_key(row.key.empty() ? row.method : row.key); }

std::size_t coarseness(const std::string& kind) {
  constexpr std::array<std::string_view, 5> kKinds = {"token", "word", "sentence", "paragraph", "passage"};
  return static_cast<std::size_t>(std::find(kKinds.begin(), kKinds.end(), kind) - kKinds.begin());
}

}  // namespace

StudyRows study_rows(std::span<const RunResults> runs) {
  StudyRows all;
  using Place = std::tuple<std::string, std::string, std::string, std::string, std::string>;
  std::map<Place, const RunResults*> taken;
  for (const RunResults& run : runs) {
    for (const MethodRow& row : run.rows) {
      const auto [other, added] =
          taken.try_emplace({run.task, run.model, run.evaluation_set, row.sources, key_of(row)}, &run);
      if (added) {
        all.rows.push_back({&run, &row});
      } else {
        all.left_out.push_back(row.method + " with " + row.sources + " sources on " + run.evaluation_set +
                               ": taken from the run " + other->second->name + ", left out of " + run.name + ".");
      }
    }
  }
  return all;
}

StudyRows of_task(const StudyRows& rows, const std::string& task) {
  StudyRows chosen;
  std::copy_if(rows.rows.begin(), rows.rows.end(), std::back_inserter(chosen.rows),
               [&](const StudyRow& row) { return row.run->task == task; });
  return chosen;
}

StudyRows of_complete_sets(const StudyRows& rows) {
  using Place = std::pair<std::string, std::string>;
  std::map<Place, std::set<std::string>> methods;
  std::map<Place, std::map<std::string, std::size_t>> count_by_set;
  for (const auto& [run, row] : rows.rows) {
    methods[{run->model, row->sources}].insert(key_of(*row));
    ++count_by_set[{run->model, row->sources}][run->evaluation_set];
  }
  const auto is_kept = [&](const StudyRow& study_row) {
    const Place place{study_row.run->model, study_row.row->sources};
    const std::size_t all = methods[place].size();
    const auto& counts = count_by_set[place];
    const bool some = std::any_of(counts.begin(), counts.end(), [&](const auto& set) { return set.second == all; });
    return !some || counts.at(study_row.run->evaluation_set) == all;
  };
  StudyRows complete;
  std::copy_if(rows.rows.begin(), rows.rows.end(), std::back_inserter(complete.rows), is_kept);
  return complete;
}

std::vector<StudyMethod> methods_of(const StudyRows& rows) {
  std::vector<StudyMethod> methods;
  for (const auto& [run, row] : rows.rows) {
    const std::string key = key_of(*row);
    const auto known = [&](const StudyMethod& method) { return method.key == key; };
    if (std::none_of(methods.begin(), methods.end(), known)) methods.push_back({key, row->method, method_style(key)});
  }
  std::stable_sort(methods.begin(), methods.end(),
                   [](const StudyMethod& a, const StudyMethod& b) { return a.style.order < b.style.order; });
  const bool general = std::any_of(methods.begin(), methods.end(),
                                   [](const StudyMethod& method) { return method.key == "at2_general"; });
  if (general && methods.front().label == "AT2") methods.front().label = "AT2 (task-specific)";
  return methods;
}

std::vector<std::string> models_of(const StudyRows& rows) {
  std::vector<std::string> models;
  for (const auto& [run, row] : rows.rows) add_once(models, run->model);
  return models;
}

std::vector<std::string> data_sets_of(const StudyRows& rows, const std::string& model) {
  std::vector<std::string> sets;
  for (const auto& [run, row] : rows.rows) {
    if (run->model == model) add_once(sets, run->evaluation_set);
  }
  return sets;
}

std::vector<std::string> kinds_of(const StudyRows& rows) {
  std::vector<std::string> kinds;
  for (const auto& [run, row] : rows.rows) add_once(kinds, row->sources);
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const std::string& a, const std::string& b) { return coarseness(a) < coarseness(b); });
  return kinds;
}

const MethodRow* find_row(const StudyRows& rows, const std::string& model, const std::string& data_set,
                          const std::string& sources, const std::string& key) {
  for (const auto& [run, row] : rows.rows) {
    if (run->model == model && run->evaluation_set == data_set && row->sources == sources && key_of(*row) == key) {
      return row;
    }
  }
  return nullptr;
}

std::vector<std::string> sets_with(const StudyRows& rows, const std::string& model, const std::string& sources) {
  std::vector<std::string> sets;
  for (const auto& [run, row] : rows.rows) {
    if (run->model == model && row->sources == sources) add_once(sets, run->evaluation_set);
  }
  return sets;
}

std::optional<Estimate> mean_over_sets(const StudyRows& rows, const std::string& model, const std::string& sources,
                                       const std::string& key, Metric metric, Side side) {
  std::vector<Estimate> means;
  for (const std::string& set : sets_with(rows, model, sources)) {
    const MethodRow* row = find_row(rows, model, set, sources, key);
    if (row == nullptr) return std::nullopt;
    const auto value = side == Side::value ? value_of(*row, metric) : over_at2(*row, metric);
    if (!value) return std::nullopt;
    means.push_back(*value);
  }
  return means.empty() ? std::nullopt : std::optional(mean_of_means(means));
}

Estimate mean_of_means(std::span<const Estimate> means) {
  AT2_EXPECT(!means.empty(), "a mean of something");
  // Of one data set the bootstrap interval is known, and need not be that of a normal distribution.
  if (means.size() == 1) return means.front();
  const auto number = static_cast<double>(means.size());
  Estimate all;
  double squares = 0;
  for (const Estimate& one : means) {
    all.mean += one.mean / number;
    squares += one.standard_error * one.standard_error;
    all.count += one.count;
  }
  all.standard_error = std::sqrt(squares) / number;
  all.low = all.mean - 1.96 * all.standard_error;
  all.high = all.mean + 1.96 * all.standard_error;
  return all;
}

}  // namespace at2
