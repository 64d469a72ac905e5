#include "config/enum_text.h"

#include <array>

#include "base/errors.h"

namespace at2 {
namespace {

template <typename Enum>
struct Word {
  Enum value;
  std::string_view text;
};
// Clang learned to deduce this by itself in version 17 only.
template <typename Enum>
Word(Enum, std::string_view) -> Word<Enum>;

template <typename Enum>
struct Words;

template <>
struct Words<DatasetFormat> {
  static constexpr std::array kAll{Word{DatasetFormat::dolly, "dolly"},
                                   Word{DatasetFormat::hotpotqa, "hotpotqa"},
                                   Word{DatasetFormat::cnn_dailymail, "cnn_dailymail"},
                                   Word{DatasetFormat::ms_marco, "ms_marco"},
                                   Word{DatasetFormat::natural_questions, "natural_questions"},
                                   Word{DatasetFormat::drop, "drop"},
                                   Word{DatasetFormat::global_opinions, "global_opinions"},
                                   Word{DatasetFormat::agieval, "agieval"},
                                   Word{DatasetFormat::jsonl, "jsonl"}};
};
template <>
struct Words<DatasetPart> {
  static constexpr std::array kAll{Word{DatasetPart::automatic, "auto"}, Word{DatasetPart::whole, "whole"},
                                   Word{DatasetPart::train, "train"}, Word{DatasetPart::evaluation, "evaluation"}};
};
template <>
struct Words<Task> {
  static constexpr std::array kAll{Word{Task::context, "context"}, Word{Task::thought, "thought"}};
};
/// The first word of a value is the one that is written; "document" is another one for passage.
template <>
struct Words<SourceKind> {
  static constexpr std::array kAll{Word{SourceKind::token, "token"},       Word{SourceKind::word, "word"},
                                   Word{SourceKind::sentence, "sentence"}, Word{SourceKind::paragraph, "paragraph"},
                                   Word{SourceKind::passage, "passage"},   Word{SourceKind::passage, "document"}};
};
template <>
struct Words<MaskSeeding> {
  static constexpr std::array kAll{Word{MaskSeeding::per_example, "per_example"},
                                   Word{MaskSeeding::reference, "reference"}};
};
template <>
struct Words<MaskDesign> {
  static constexpr std::array kAll{Word{MaskDesign::independent, "independent"},
                                   Word{MaskDesign::antithetic, "antithetic"}};
};
template <>
struct Words<Method> {
  static constexpr std::array kAll{Word{Method::at2, "at2"},
                                   Word{Method::at2_general, "at2_general"},
                                   Word{Method::average_attention, "average_attention"},
                                   Word{Method::esm, "esm"},
                                   Word{Method::gradient, "gradient"},
                                   Word{Method::leave_one_out, "leave_one_out"},
                                   Word{Method::value_norm, "value_norm"},
                                   Word{Method::logit_contribution, "logit_contribution"}};
};
template <>
struct Words<DeviceChoice> {
  static constexpr std::array kAll{Word{DeviceChoice::automatic, "auto"}, Word{DeviceChoice::cpu, "cpu"},
                                   Word{DeviceChoice::cuda, "cuda"}};
};
template <>
struct Words<DtypeChoice> {
  static constexpr std::array kAll{Word{DtypeChoice::automatic, "auto"}, Word{DtypeChoice::float32, "float32"},
                                   Word{DtypeChoice::bfloat16, "bfloat16"}, Word{DtypeChoice::float16, "float16"}};
};
template <>
struct Words<FeatureDtype> {
  static constexpr std::array kAll{Word{FeatureDtype::float32, "float32"}, Word{FeatureDtype::float16, "float16"}};
};
template <>
struct Words<Feature> {
  static constexpr std::array kAll{Word{Feature::attention, "attention"}, Word{Feature::value_norm, "value_norm"},
                                   Word{Feature::logit_contribution, "logit_contribution"}};
};
template <>
struct Words<UnmarkedAnswer> {
  static constexpr std::array kAll{Word{UnmarkedAnswer::empty, "empty"}, Word{UnmarkedAnswer::response, "response"}};
};
template <>
struct Words<CommBackend> {
  static constexpr std::array kAll{Word{CommBackend::automatic, "auto"}, Word{CommBackend::mpi, "mpi"},
                                   Word{CommBackend::nccl, "nccl"}};
};

template <typename Enum>
std::string_view text_of(Enum value) {
  for (const auto& word : Words<Enum>::kAll) {
    if (word.value == value) return word.text;
  }
  contract_violation("value is declared", __FILE__, __LINE__, "an enum value without a word");
}

}  // namespace

std::string_view to_text(DatasetFormat value) { return text_of(value); }
std::string_view to_text(DatasetPart value) { return text_of(value); }
std::string_view to_text(Task value) { return text_of(value); }
std::string_view to_text(SourceKind value) { return text_of(value); }
std::string_view to_text(MaskSeeding value) { return text_of(value); }
std::string_view to_text(MaskDesign value) { return text_of(value); }
std::string_view to_text(Method value) { return text_of(value); }
std::string_view to_text(DeviceChoice value) { return text_of(value); }
std::string_view to_text(DtypeChoice value) { return text_of(value); }
std::string_view to_text(FeatureDtype value) { return text_of(value); }
std::string_view to_text(Feature value) { return text_of(value); }
std::string_view to_text(UnmarkedAnswer value) { return text_of(value); }
std::string_view to_text(CommBackend value) { return text_of(value); }

template <typename Enum>
std::optional<Enum> from_text(std::string_view text) {
  for (const auto& word : Words<Enum>::kAll) {
    if (word.text == text) return word.value;
  }
  return std::nullopt;
}

template <typename Enum>
std::vector<std::string_view> enum_words() {
  std::vector<std::string_view> words;
  for (const auto& word : Words<Enum>::kAll) words.push_back(word.text);
  return words;
}

template <typename Enum>
std::string enum_list() {
  std::string list;
  for (const auto& word : Words<Enum>::kAll) list.append(list.empty() ? "" : ", ").append(word.text);
  return list;
}

#define AT2_INSTANTIATE(Enum)                                     \
  template std::optional<Enum> from_text<Enum>(std::string_view); \
  template std::vector<std::string_view> enum_words<Enum>();      \
  template std::string enum_list<Enum>()
AT2_INSTANTIATE(DatasetFormat);
AT2_INSTANTIATE(DatasetPart);
AT2_INSTANTIATE(Task);
AT2_INSTANTIATE(SourceKind);
AT2_INSTANTIATE(MaskSeeding);
AT2_INSTANTIATE(MaskDesign);
AT2_INSTANTIATE(Method);
AT2_INSTANTIATE(DeviceChoice);
AT2_INSTANTIATE(DtypeChoice);
AT2_INSTANTIATE(FeatureDtype);
AT2_INSTANTIATE(Feature);
AT2_INSTANTIATE(UnmarkedAnswer);
AT2_INSTANTIATE(CommBackend);
#undef AT2_INSTANTIATE

}  // namespace at2
