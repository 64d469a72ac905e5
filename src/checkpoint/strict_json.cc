#include "checkpoint/strict_json.h"

#include <set>
#include <vector>

#include "base/errors.h"
#include "checkpoint/names.h"

namespace at2 {

using nlohmann::json;

json parse_strict_json(std::string_view text, const std::string& file) {
  constexpr int deepest = 8;
  std::vector<std::set<std::string>> open_objects;
  // The parser itself keeps the last of two equal keys without a word.
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > deepest) {
      throw UserError(file + ": the JSON is nested too deeply",
                      "no checkpoint needs more than " + std::to_string(deepest), "get the file again");
    }
    if (event == json::parse_event_t::object_start) open_objects.emplace_back();
    if (event == json::parse_event_t::object_end) open_objects.pop_back();
    if (event == json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      require_plain_name(key, "a tensor or key", file);
      if (!open_objects.back().insert(key).second) {
        throw UserError(file + ": \"" + key + "\" comes twice", "names must be unique", "get the file again");
      }
    }
    return true;
  };
  json object;
  try {
    object = json::parse(text.begin(), text.end(), watch);
  } catch (const json::exception& error) {
    throw UserError(file + ": the JSON is broken", error.what(), "get the file again");
  }
  if (!object.is_object())
    throw UserError(file + ": the JSON is not an object", "it must be {...}", "get the file again");
  return object;
}

}  // namespace at2
