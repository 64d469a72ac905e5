#include "data/formats.h"

#include <filesystem>

#include "base/errors.h"

namespace at2 {
namespace {

constexpr std::string_view kContext = "Context: {context}\n\nQuery: {query}";
constexpr std::string_view kPassages = "Passages:\n\n{passages}\n\nQuery: {query}";
constexpr TemplateRules kPlain{};
constexpr TemplateRules kNoTemplate{Use::forbidden, Use::forbidden, Use::forbidden};
constexpr TemplateRules kQuestionAlone{Use::forbidden, Use::required, Use::forbidden};
constexpr TemplateRules kChoice{Use::required, Use::required, Use::allowed};
constexpr TemplateRules kChoiceAlone{Use::forbidden, Use::required, Use::allowed};
/// The question is the same for all records, so that a template may hold it itself.
constexpr TemplateRules kSummary{Use::required, Use::allowed, Use::forbidden};

constexpr FormatTraits kDolly{"Dolly 15k", read_dolly, kContext, "", kPlain, kNoTemplate, 10000, 0};
constexpr FormatTraits kHotpotqa{"HotpotQA", read_hotpotqa, kPassages, "", kPlain, kNoTemplate};
constexpr FormatTraits kCnnDailymail{"CNN/DailyMail", read_cnn_dailymail, kContext, "", kSummary, kNoTemplate};
constexpr FormatTraits kMsMarco{"MS MARCO", read_ms_marco, kPassages, "", kPlain, kNoTemplate};
constexpr FormatTraits kNaturalQuestions{
    "Natural Questions", read_natural_questions, kContext, "", kPlain, kNoTemplate, 0, 20000};
constexpr FormatTraits kDrop{"DROP", read_drop, kContext, "", kPlain, kNoTemplate};
constexpr FormatTraits kGlobalOpinions{"GlobalOpinionsQA", read_global_opinions, "",
                                       "{query}",          kNoTemplate,          kChoiceAlone};
constexpr FormatTraits kAgieval{
    "AGIEval", read_agieval, "Passage: {context}\n\nQuestion: {query}\n{options}", "{query}\n{options}",
    kChoice,   kChoiceAlone};
constexpr FormatTraits kJsonl{"", read_jsonl, kContext, "{query}", kPlain, kQuestionAlone};

}  // namespace

const FormatTraits& traits_of(DatasetFormat format) {
  switch (format) {
    case DatasetFormat::dolly:
      return kDolly;
    case DatasetFormat::hotpotqa:
      return kHotpotqa;
    case DatasetFormat::cnn_dailymail:
      return kCnnDailymail;
    case DatasetFormat::ms_marco:
      return kMsMarco;
    case DatasetFormat::natural_questions:
      return kNaturalQuestions;
    case DatasetFormat::drop:
      return kDrop;
    case DatasetFormat::global_opinions:
      return kGlobalOpinions;
    case DatasetFormat::agieval:
      return kAgieval;
    case DatasetFormat::jsonl:
      return kJsonl;
  }
  contract_violation("format is declared", __FILE__, __LINE__, "a data set format without traits");
}

std::string dataset_title(const DatasetOptions& options) {
  if (!options.title.empty()) return options.title;
  const std::string_view title = traits_of(options.format).title;
  if (!title.empty()) return std::string(title);
  std::filesystem::path path = options.path;
  if (!path.has_filename()) path = path.parent_path();
  if (path.extension() == ".gz" || path.extension() == ".zst") path.replace_extension();
  return path.stem().string();
}

}  // namespace at2
