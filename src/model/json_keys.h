/// \file model/json_keys.h
/// \brief Typed access to the keys of a model's JSON config, with errors that name file and key.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/errors.h"

namespace at2 {

/// One JSON object. Remembers which keys were asked for.
class JsonKeys {
 public:
  JsonKeys(nlohmann::json object, std::string file) : object_(std::move(object)), file_(std::move(file)) {}

  [[nodiscard]] const std::string& file() const noexcept { return file_; }

  /// The value; nothing where the key is absent or null.
  /// \throws UserError if it is of another type
  template <typename T>
  [[nodiscard]] std::optional<T> get(const char* key) {
    asked_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end() || found->is_null()) return std::nullopt;
    try {
      return found->get<T>();
    } catch (const nlohmann::json::exception& error) {
      throw UserError(file_ + ": key \"" + key + "\" cannot be used", error.what(), "download the file again");
    }
  }
  /// \throws UserError if it is absent, too
  template <typename T>
  [[nodiscard]] T require(const char* key) {
    auto value = get<T>(key);
    if (!value) throw UserError(file_ + " lacks the key \"" + key + "\"", "the model needs it", "check model.path");
    return *std::move(value);
  }
  /// \throws UserError if the key has another value than `wanted`: it would change the mathematics
  template <typename T>
  void expect(const char* key, const T& wanted) {
    const auto value = get<T>(key);
    if (value && *value != wanted) refuse(key);
  }
  /// \throws UserError if the key has any value but null
  void expect_absent(const char* key) {
    if (get<nlohmann::json>(key)) refuse(key);
  }
  /// The keys that nobody has asked for and that are not in `harmless`.
  [[nodiscard]] std::vector<std::string> others(const std::set<std::string_view>& harmless) const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object_.items()) {
      if (!asked_.contains(key) && !harmless.contains(key)) keys.push_back(key);
    }
    return keys;
  }

 private:
  [[noreturn]] void refuse(const char* key) const {
    throw UserError(file_ + ": \"" + key + "\": " + object_[key].dump() + " is not supported",
                    "it changes the mathematics of the model", "use another model");
  }

  nlohmann::json object_;
  std::string file_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace at2
