#include "serve/request_fields.h"

#include <algorithm>
#include <vector>

#include "base/nearest_word.h"
#include "serve/api_error.h"

namespace at2 {
namespace {

using nlohmann::json;

const char* type_name(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "true or false";
    default:
      return "a number";
  }
}

}  // namespace

RequestFields::RequestFields(const json& object, std::string place) : object_(&object), place_(std::move(place)) {
  if (!object.is_object()) refuse_type(place_.empty() ? "the request" : place_, object, "an object");
}

std::string RequestFields::place_of(std::string_view name) const {
  return place_.empty() ? std::string(name) : place_ + "." + std::string(name);
}

const json* RequestFields::find(std::string_view name) const {
  const auto found = object_->find(std::string(name));
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> RequestFields::text(std::string_view name) const {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) refuse_type(place_of(name), *value, "a string");
  return value->get<std::string>();
}

std::optional<bool> RequestFields::flag(std::string_view name) const {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) refuse_type(place_of(name), *value, "true or false");
  return value->get<bool>();
}

std::optional<std::int64_t> RequestFields::whole_number(std::string_view name, std::int64_t least,
                                                        std::int64_t most) const {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer()) refuse_type(place_of(name), *value, "a whole number");
  // Numbers beyond 64 bits would wrap around.
  const bool too_large = value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(most);
  const auto number = too_large ? most : value->get<std::int64_t>();
  if (too_large || number < least || number > most) {
    refuse_field(place_of(name), "is " + value->dump() + ", expected a whole number from " + std::to_string(least) +
                                     " to " + std::to_string(most));
  }
  return number;
}

std::optional<double> RequestFields::number(std::string_view name) const {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) refuse_type(place_of(name), *value, "a number");
  return value->get<double>();
}

const json* RequestFields::array(std::string_view name) const {
  const json* value = find(name);
  if (value != nullptr && !value->is_array()) refuse_type(place_of(name), *value, "an array");
  return value;
}

const json* RequestFields::object(std::string_view name) const {
  const json* value = find(name);
  if (value != nullptr && !value->is_object()) refuse_type(place_of(name), *value, "an object");
  return value;
}

std::string RequestFields::required_text(std::string_view name) const {
  if (auto value = text(name)) return *value;
  refuse_field(place_of(name), "is missing, expected a string");
}

void RequestFields::refuse_others(std::span<const std::string_view> known) const {
  for (const auto& entry : object_->items()) {
    if (std::find(known.begin(), known.end(), entry.key()) != known.end()) continue;
    refuse_field(place_of(entry.key()), "is not known: " + did_you_mean(entry.key(), known, "see docs/serve.md"));
  }
}

json parse_body(std::string_view body) {
  try {
    return json::parse(body);
  } catch (const json::parse_error& error) {
    throw ApiError(
        {400, "the body is not JSON: it goes wrong at byte " + std::to_string(error.byte), "", "invalid_json", 0});
  }
}

void refuse_field(const std::string& place, const std::string& message) {
  throw ApiError({400, "`" + place + "` " + message, place, "", 0});
}

void refuse_type(const std::string& place, const json& value, std::string_view expected) {
  refuse_field(place, std::string("is ") + type_name(value) + ", expected " + std::string(expected));
}

}  // namespace at2
