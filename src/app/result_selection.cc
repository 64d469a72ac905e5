#include "app/result_selection.h"

#include <algorithm>

#include "app/inputs.h"
#include "base/errors.h"
#include "base/nearest_word.h"
#include "config/enum_text.h"

namespace at2 {
namespace {

/// Of the keys of evaluate.estimators.
constexpr const char* kEstimatorStart = "at2_";

std::string text_of(const std::string& method) { return method; }
std::string text_of(SourceKind kind) { return std::string(to_text(kind)); }
std::string text_of(std::int64_t k) { return std::to_string(k); }

template <typename Item>
std::string list_of(const std::vector<Item>& items) {
  std::string list;
  for (const Item& item : items) list.append(list.empty() ? "" : ", ").append(text_of(item));
  return list;
}

template <typename Item>
[[noreturn]] void refuse(const std::string& what, const std::vector<Item>& measured, const std::string& place) {
  throw UserError(what + " was not measured in " + place, "measured: " + list_of(measured),
                  "choose of these, or run at2 evaluate with it in another folder");
}

template <typename Item>
bool contains(const std::vector<Item>& items, const Item& wanted) {
  return std::find(items.begin(), items.end(), wanted) != items.end();
}

/// "esm_32", as in the store.
bool is_esm_key(const std::string& word) {
  const std::string start = std::string(to_text(Method::esm)) + "_";
  return word.starts_with(start) && word.size() > start.size() &&
         word.find_first_not_of("0123456789", start.size()) == std::string::npos;
}

void check_method(const std::string& word) {
  if (from_text<Method>(word) || is_esm_key(word) || word.starts_with(kEstimatorStart)) return;
  throw UserError("the method " + word + " is not known",
                  "possible: " + enum_list<Method>() + ", esm_<ablations>, at2_<estimator>",
                  did_you_mean(word, enum_words<Method>(), "use one of these"));
}

}  // namespace

ResultSelection selection_of(const RunOptions& options) {
  ResultSelection selection;
  for (const Method method : options.evaluate.methods) {
    if (method != Method::esm) {
      selection.methods.emplace_back(to_text(method));
      continue;
    }
    for (const std::int64_t count : options.evaluate.esm_ablations) {
      selection.methods.push_back(std::string(to_text(method)) + "_" + std::to_string(count));
    }
  }
  for (const std::string& path : options.evaluate.estimators) {
    selection.methods.push_back(kEstimatorStart + estimator_name(path));
  }
  selection.sources = options.evaluate.sources;
  selection.top_k = options.evaluate.top_k;
  selection.max_examples = options.report.max_examples;
  selection.confidence = options.report.interval;
  selection.bootstrap_samples = options.evaluate.bootstrap_samples;
  return selection;
}

bool is_meant(const std::string& word, const std::string& key) {
  return word == key || (word == to_text(Method::esm) && is_esm_key(key));
}

std::vector<std::string> selected_methods(const ResultSelection& selection, const std::vector<std::string>& measured,
                                          const std::string& place) {
  if (selection.methods.empty()) return measured;
  std::vector<std::string> selected;
  for (const std::string& word : selection.methods) {
    check_method(word);
    bool found = false;
    for (const std::string& key : measured) {
      if (!is_meant(word, key)) continue;
      found = true;
      if (!contains(selected, key)) selected.push_back(key);
    }
    if (!found && selection.unmeasured == Unmeasured::refuse) refuse("the method " + word, measured, place);
  }
  return selected;
}

std::vector<SourceKind> selected_sources(const ResultSelection& selection, const std::vector<SourceKind>& measured,
                                         const std::string& place) {
  if (selection.sources.empty()) return measured;
  std::vector<SourceKind> selected;
  for (const SourceKind kind : selection.sources) {
    if (contains(measured, kind)) {
      selected.push_back(kind);
    } else if (selection.unmeasured == Unmeasured::refuse) {
      refuse("the kind of sources " + text_of(kind), measured, place);
    }
  }
  return selected;
}

std::vector<std::int64_t> selected_top_k(const ResultSelection& selection, const std::vector<std::int64_t>& measured,
                                         const std::string& place) {
  if (selection.top_k.empty()) return measured;
  for (const std::int64_t k : selection.top_k) {
    if (!contains(measured, k)) refuse("the top-" + std::to_string(k) + " drop", measured, place);
  }
  return selection.top_k;
}

}  // namespace at2
