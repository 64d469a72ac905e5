/// \file support/equal_runs.h
/// \brief Compares all that two run folders hold, but for times.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/errors.h"
#include "store/hdf5_reader.h"

namespace at2::testing {

/// Bytes of every array and text of a file by name, without the costs (they hold seconds).
inline void collect(const Hdf5Reader& file, const std::string& group, std::map<std::string, std::string>& contents) {
  for (const std::string& child : file.children(group)) {
    const std::string name = group == "/" ? child : group + "/" + child;
    if (child == "cost" || child == "header") continue;
    try {
      collect(file, name, contents);
      continue;
    } catch (const UserError&) {  // not a group
    }
    try {
      const at::Tensor values = file.read(name).contiguous();
      contents[name] = std::string(static_cast<const char*>(values.const_data_ptr()), values.nbytes());
      continue;
    } catch (const UserError&) {  // not an array
    }
    try {
      contents[name] = file.read_text(name);
    } catch (const UserError&) {  // several texts
      for (const std::string& text : file.read_texts(name)) contents[name] += text + '\0';
    }
  }
}

/// All measured values of a run folder by file and name.
inline std::map<std::string, std::string> measured_values(const std::filesystem::path& run) {
  std::map<std::string, std::string> values;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run)) {
    if (entry.path().extension() != ".h5") continue;
    std::map<std::string, std::string> contents;
    collect(Hdf5Reader(entry.path()), "/", contents);
    for (auto& [name, bytes] : contents) {
      values[std::filesystem::relative(entry.path(), run).string() + ":" + name] = std::move(bytes);
    }
  }
  return values;
}

inline void drop_timing(nlohmann::json& value) {
  if (value.is_object()) value.erase("timing");
  for (auto& child : value) {
    if (child.is_structured()) drop_timing(child);
  }
}

inline nlohmann::json metrics_of(const std::filesystem::path& run) {
  std::ifstream file(run / "metrics.json");
  nlohmann::json metrics = nlohmann::json::parse(file);
  drop_timing(metrics);
  return metrics;
}

inline void expect_equal_runs(const std::filesystem::path& a, const std::filesystem::path& b) {
  const auto x = measured_values(a);
  const auto y = measured_values(b);
  ASSERT_FALSE(x.empty());
  ASSERT_EQ(x.size(), y.size());
  for (const auto& [name, bytes] : x) {
    ASSERT_TRUE(y.contains(name)) << name;
    EXPECT_TRUE(y.at(name) == bytes) << name << " differs";
  }
  EXPECT_EQ(metrics_of(a), metrics_of(b));
}

}  // namespace at2::testing
