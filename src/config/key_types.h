/// \file config/key_types.h
/// \brief How numbers, words, texts and lists of them are read, checked and written.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/enum_text.h"
#include "config/keys.h"

namespace at2 {

/// Whole numbers from `low` to `high`.
template <typename Int>
struct IntRange {
  using Type = Int;
  Int low = std::numeric_limits<Int>::min();
  Int high = std::numeric_limits<Int>::max();

  [[nodiscard]] std::optional<Int> parse(const std::string& word) const {
    Int number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size() || number < low || number > high) return std::nullopt;
    return number;
  }
  [[nodiscard]] std::string text(Int number) const { return std::to_string(number); }
  [[nodiscard]] std::string expected() const {
    std::string words = "a whole number, at least " + std::to_string(low);
    if (high != std::numeric_limits<Int>::max()) words += " and at most " + std::to_string(high);
    return words;
  }
};

/// Finite numbers between `low` and `high`; each end may or may not be allowed itself.
struct RealRange {
  using Type = double;
  enum class End { included, excluded };
  double low = 0;
  End low_end = End::included;
  double high = std::numeric_limits<double>::infinity();
  End high_end = End::excluded;

  [[nodiscard]] std::optional<double> parse(const std::string& word) const;
  [[nodiscard]] std::string text(double number) const;
  [[nodiscard]] std::string expected() const;
};

/// Numbers from 0 on, or the word auto, which is no number.
struct RealOrAuto {
  using Type = std::optional<double>;
  [[nodiscard]] std::optional<Type> parse(const std::string& word) const;
  [[nodiscard]] std::string text(const Type& number) const { return number ? RealRange{}.text(*number) : "auto"; }
  [[nodiscard]] std::string expected() const { return RealRange{}.expected() + ", or auto"; }
};

/// One of the words of an enum.
template <typename Enum>
struct EnumWord {
  using Type = Enum;
  [[nodiscard]] std::optional<Enum> parse(const std::string& word) const { return from_text<Enum>(word); }
  [[nodiscard]] std::string text(Enum value) const { return std::string(to_text(value)); }
  [[nodiscard]] std::string expected() const { return "one of " + enum_list<Enum>(); }
  [[nodiscard]] std::vector<std::string_view> words() const { return enum_words<Enum>(); }
};

/// true or false.
struct TrueOrFalse {
  using Type = bool;
  [[nodiscard]] std::optional<bool> parse(const std::string& word) const;
  [[nodiscard]] std::string text(bool value) const { return value ? "true" : "false"; }
  [[nodiscard]] std::string expected() const { return "true or false"; }
  [[nodiscard]] static std::vector<std::string_view> words() { return {"true", "false"}; }
};

/// Any text. `what` says which, for messages.
struct FreeText {
  using Type = std::string;
  std::string what;
  [[nodiscard]] std::optional<std::string> parse(const std::string& word) const { return word; }
  [[nodiscard]] std::string text(const std::string& value) const { return value; }
  [[nodiscard]] std::string expected() const { return what; }
};

/// A name that can be a folder's.
struct FolderName {
  using Type = std::string;
  [[nodiscard]] std::optional<std::string> parse(const std::string& word) const;
  [[nodiscard]] std::string text(const std::string& value) const { return value; }
  [[nodiscard]] std::string expected() const { return "a name for a folder, without / and not . or .."; }
};

/// The words of a type that has few of them.
template <typename Type>
[[nodiscard]] std::vector<std::string_view> words_of(const Type& type) {
  if constexpr (requires { type.words(); }) return type.words();
  return {};
}

/// Whether lists must ascend.
enum class Order { any, ascending };
/// Whether they may have no items.
enum class Empty { refused, allowed };

/// A key with one value. `field` is a function from RunOptions& to the member.
template <typename Type, typename Field>
[[nodiscard]] Key scalar_key(std::string path, std::string meaning, Type type, Field field) {
  constexpr bool kText = std::is_same_v<typename Type::Type, std::string>;
  Key key{.path = std::move(path),
          .meaning = std::move(meaning),
          .expected = type.expected(),
          .words = words_of(type),
          .plain_text = kText};
  key.assign = [type, field](RunOptions& options, const Value& value) {
    if (value.shape != Value::Shape::scalar) return false;
    if (!kText && value.quotes == Value::Quotes::present) return false;
    const auto parsed = type.parse(value.words.front());
    if (parsed) field(options) = *parsed;
    return parsed.has_value();
  };
  key.value = [type, field](const RunOptions& options) {
    RunOptions copy = options;  // lets one accessor serve reading and writing
    return Value{.words = {type.text(field(copy))}, .quotes = kText ? Value::Quotes::present : Value::Quotes::none};
  };
  return key;
}

/// A key with a list of different values.
template <typename Type, typename Field>
[[nodiscard]] Key list_key(std::string path, std::string meaning, Type type, Order order, Field field,
                           Empty empty = Empty::refused) {
  constexpr bool kText = std::is_same_v<typename Type::Type, std::string>;
  const std::string ascending = order == Order::ascending ? " in ascending order" : "";
  Key key{.path = std::move(path),
          .meaning = std::move(meaning),
          .expected = "a list [..] of different values" + ascending + ", each " + type.expected(),
          .words = words_of(type)};
  key.assign = [type, field, order, empty](RunOptions& options, const Value& value) {
    if (value.shape != Value::Shape::list || (value.words.empty() && empty == Empty::refused)) return false;
    if (!kText && value.quotes == Value::Quotes::present) return false;
    std::vector<typename Type::Type> items;
    for (const std::string& word : value.words) {
      const auto parsed = type.parse(word);
      if (!parsed) return false;
      for (const auto& item : items) {
        if (item == *parsed || (order == Order::ascending && item > *parsed)) return false;
      }
      items.push_back(*parsed);
    }
    field(options) = std::move(items);
    return true;
  };
  key.value = [type, field](const RunOptions& options) {
    RunOptions copy = options;
    Value value{.shape = Value::Shape::list, .quotes = kText ? Value::Quotes::present : Value::Quotes::none};
    for (const auto& item : field(copy)) value.words.push_back(type.text(item));
    return value;
  };
  return key;
}

}  // namespace at2
