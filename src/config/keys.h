/// \file config/keys.h
/// \brief The one table of what may be written in a config file.
///
/// Reading, `--set`, checking, comparing and both dumps walk through this table, so a key is in all of them or in none.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"

namespace at2 {

/// A value as it is written: one word, or a list of words.
struct Value {
  enum class Shape { scalar, list };
  Shape shape = Shape::scalar;
  std::vector<std::string> words = {};
  /// Whether it stands in quotes, which numbers must not.
  enum class Quotes { none, present };
  Quotes quotes = Quotes::none;
  bool operator==(const Value&) const = default;
};

/// One key of a config file.
struct Key {
  /// Words joined by dots: "generate.max_new_tokens".
  std::string path;
  std::string meaning;
  /// What may be written, for messages: "a whole number, at least 1".
  std::string expected;
  /// All words that may be written, where they are few.
  std::vector<std::string_view> words = {};
  /// Whether `--set` takes what follows "=" as it is, without YAML.
  bool plain_text = false;
  /// Puts a value into the options; false, with the options unchanged, if it is not one that the key may have.
  std::function<bool(RunOptions&, const Value&)> assign = {};
  std::function<Value(const RunOptions&)> value = {};
};

/// All keys, in the order of the dump; keys of a section stand together.
[[nodiscard]] const std::vector<Key>& all_keys();

/// The key with this path, or nullptr.
[[nodiscard]] const Key* find_key(std::string_view path);

/// Whether some key lies within the section `path` ("data.train").
[[nodiscard]] bool is_section(std::string_view path);

/// The keys or sections directly within section `path` ("" = the whole file), as "max_new_tokens, batch_size".
[[nodiscard]] std::string members_of_section(std::string_view path);

/// A value as YAML on one line.
[[nodiscard]] std::string to_yaml(const Value& value);

/// The valid key or section that `wrong` was probably meant to be: one with the same last word, else the one at the
/// smallest edit distance.
[[nodiscard]] std::string nearest_key(std::string_view wrong);

}  // namespace at2
