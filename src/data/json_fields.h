/// \file data/json_fields.h
/// \brief Members of JSON records, with faults as RecordErrors.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "data/record.h"
#include "data/text_input.h"

namespace at2 {

/// \param unused  keys whose values are left out, at any depth: a page's list of tokens takes longer to build than to
/// skip \throws RecordError for invalid UTF-8 and broken JSON.
[[nodiscard]] nlohmann::json parse_json(std::string_view text, std::initializer_list<std::string_view> unused = {});

/// Hands on every record of a file that is a JSON array or JSON lines.
/// \throws UserError as cut_records
void read_json_records(TextInput& file, const TakeRecord& take, ParsedRecord (*parse)(const nlohmann::json& record),
                       std::initializer_list<std::string_view> unused = {});

/// The first characters of a value, in ASCII so that none is cut in two.
[[nodiscard]] std::string start_of(const nlohmann::json& value);

/// The member `key`, or nullptr if it is absent or null.
[[nodiscard]] const nlohmann::json* find_member(const nlohmann::json& record, const std::string& key);
/// \throws RecordError if it is absent.
[[nodiscard]] const nlohmann::json& member(const nlohmann::json& record, const std::string& key);
/// A list. \throws RecordError if it is absent or no list
[[nodiscard]] const nlohmann::json& list_member(const nlohmann::json& record, const std::string& key);

/// `value` as text. \param key  for the message \throws RecordError if it is none
[[nodiscard]] std::string text_of(const nlohmann::json& value, const std::string& key);
/// \throws RecordError if it is absent or no text.
[[nodiscard]] std::string text_member(const nlohmann::json& record, const std::string& key);
/// A text that may be absent or null. \throws RecordError if it is something else
[[nodiscard]] std::optional<std::string> optional_text(const nlohmann::json& record, const std::string& key);
/// A text with more than white space. \throws RecordError "empty question" if it has none
[[nodiscard]] std::string question_member(const nlohmann::json& record, const std::string& key);
/// A text or whole number, as text; "" if absent or null. \throws RecordError if it is something else
[[nodiscard]] std::string id_member(const nlohmann::json& record, const std::string& key);
/// A list of texts; empty if absent or null. \throws RecordError if it is something else
[[nodiscard]] std::vector<std::string> optional_texts(const nlohmann::json& record, const std::string& key);

}  // namespace at2
