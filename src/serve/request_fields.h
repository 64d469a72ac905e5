/// \file serve/request_fields.h
/// \brief The fields of a JSON request, read with errors that name them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace at2 {

/// One object of a request. A field that is null counts as missing. It refers to the JSON, which must outlive it.
class RequestFields {
 public:
  /// \param place  of the object in the request, "messages[0]"; empty for the request itself
  /// \throws ApiError if it is no object
  RequestFields(const nlohmann::json& object, std::string place);

  /// Where a field is: "messages[0].content".
  [[nodiscard]] std::string place_of(std::string_view name) const;
  /// The field, or nullptr.
  [[nodiscard]] const nlohmann::json* find(std::string_view name) const;

  /// The value of a field, nothing where it is missing.
  /// \throws ApiError naming the field and what it is, if it is of another type or not in [least, most]
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view name, std::int64_t least,
                                                         std::int64_t most) const;
  [[nodiscard]] std::optional<double> number(std::string_view name) const;
  /// The array or object, nullptr where it is missing.
  [[nodiscard]] const nlohmann::json* array(std::string_view name) const;
  [[nodiscard]] const nlohmann::json* object(std::string_view name) const;

  /// The value of a field that must be there. \throws ApiError if it is missing
  [[nodiscard]] std::string required_text(std::string_view name) const;

  /// \throws ApiError naming the first field that is not among `known`, and the one that was probably meant
  void refuse_others(std::span<const std::string_view> known) const;

 private:
  const nlohmann::json* object_;
  std::string place_;
};

/// \throws ApiError if the body is not JSON
[[nodiscard]] nlohmann::json parse_body(std::string_view body);

/// Ends the request with status 400. \param place  the field that is wrong
[[noreturn]] void refuse_field(const std::string& place, const std::string& message);

/// The same: "`place` is a string, expected a number".
[[noreturn]] void refuse_type(const std::string& place, const nlohmann::json& value, std::string_view expected);

}  // namespace at2
