/// \file config/enum_text.h
/// \brief The one mapping between the enums of options.h and the words that users read and write.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"

namespace at2 {

/// The word for a value, as in YAML files, tables and JSON ("token", "average_attention", "auto").
[[nodiscard]] std::string_view to_text(DatasetFormat value);
[[nodiscard]] std::string_view to_text(DatasetPart value);
[[nodiscard]] std::string_view to_text(Task value);
[[nodiscard]] std::string_view to_text(SourceKind value);
[[nodiscard]] std::string_view to_text(MaskSeeding value);
[[nodiscard]] std::string_view to_text(MaskDesign value);
[[nodiscard]] std::string_view to_text(Method value);
[[nodiscard]] std::string_view to_text(DeviceChoice value);
[[nodiscard]] std::string_view to_text(DtypeChoice value);
[[nodiscard]] std::string_view to_text(FeatureDtype value);
[[nodiscard]] std::string_view to_text(Feature value);
[[nodiscard]] std::string_view to_text(UnmarkedAnswer value);
[[nodiscard]] std::string_view to_text(CommBackend value);

/// The value of a word, or nothing if no value has it. Instantiated for every enum of options.h.
template <typename Enum>
[[nodiscard]] std::optional<Enum> from_text(std::string_view text);

/// All words of an enum in the order of its declaration.
template <typename Enum>
[[nodiscard]] std::vector<std::string_view> enum_words();

/// All words of an enum as "token, sentence, passage".
template <typename Enum>
[[nodiscard]] std::string enum_list();

}  // namespace at2
