#include "data/readers.h"

#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/errors.h"
#include "base/hash.h"
#include "config/enum_text.h"
#include "data/characters.h"
#include "data/data_files.h"
#include "data/formats.h"
#include "data/prompt_template.h"
#include "data/selection.h"
#include "data/text_input.h"

namespace at2 {
namespace {

constexpr std::size_t kShownBadRecords = 5;

std::optional<PromptTemplate> template_of(const std::string& users, std::string_view papers,
                                          const TemplateRules& rules) {
  if (!users.empty()) return PromptTemplate(users, rules);
  if (papers.empty()) return std::nullopt;
  return PromptTemplate(papers, rules);
}

DatasetPart part_of(const DatasetOptions& options, const ReadRules& rules) {
  if (options.part != DatasetPart::automatic) return options.part;
  return options.format == DatasetFormat::global_opinions ? rules.own_part : DatasetPart::whole;
}

/// "shard-01" of "shards/shard-01.jsonl.gz"
std::string short_name(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  return name.substr(0, name.find('.', 1));
}

/// Makes ids unique. Remembers digests: ids of large sets are many.
class UniqueIds {
 public:
  std::string make(const std::string& id) {
    std::string candidate = id;
    std::int64_t& copies = copies_[hash64(id)];
    while (++copies > 1) {
      candidate = id + "-" + std::to_string(copies);
      if (copies_.emplace(hash64(candidate), 1).second) break;
    }
    return candidate;
  }

 private:
  std::unordered_map<std::uint64_t, std::int64_t> copies_;
};

/// Turns records into examples, offers them for selection, and counts what is dropped.
class Reader {
 public:
  Reader(const DatasetOptions& options, const ReadRules& rules, ReadReport& report)
      : format_(options.format),
        traits_(traits_of(options.format)),
        template_(template_of(options.prompt_template, traits_.prompt_template, traits_.rules)),
        bare_template_(template_of(options.prompt_template_without_context, traits_.without_context,
                                   traits_.rules_without_context)),
        without_context_(rules.without_context),
        max_prompt_characters_(options.max_prompt_characters != 0 ? options.max_prompt_characters
                                                                  : traits_.max_prompt_characters),
        selection_({rules.seed, part_of(options, rules), rules.train_part_examples, options.max_examples}),
        report_(report) {}

  void read(const std::vector<std::filesystem::path>& files) {
    report_.files = std::ssize(files);
    for (const std::filesystem::path& path : files) {
      TextInput file(path);
      if (file.skip_space() == TextInput::kEnd) {
        throw UserError(path.string() + " is empty", "it has no records", "check the path, or fetch the file again");
      }
      const std::string name = files.size() == 1 ? "" : short_name(path) + "-";
      traits_.read(file, [&](std::int64_t line, const auto& parse) {
        take(path.string() + ":" + std::to_string(line), name + std::to_string(line), parse);
      });
    }
  }

  [[nodiscard]] std::vector<Example> selected() {
    std::vector<Example> examples = selection_.take();
    report_.selected = std::ssize(examples);
    return examples;
  }

 private:
  /// \param shown  the record's place, for messages \param place  the same for its id
  void take(const std::string& shown, const std::string& place, const std::function<ParsedRecord()>& parse) {
    ++report_.read;
    try {
      ParsedRecord parsed = parse();
      const std::string dropped = parsed.texts ? keep(std::move(*parsed.texts), place) : parsed.filtered_because;
      if (dropped.empty()) return;
      ++report_.filtered;
      ++report_.dropped_by_reason[dropped];
    } catch (const RecordError& error) {
      ++report_.bad;
      ++report_.dropped_by_reason[error.reason()];
      if (report_.first_bad.size() < kShownBadRecords) report_.first_bad.push_back(shown + ": " + error.what());
    }
  }

  /// Offers the example. \returns why it does not belong to the task, or ""
  std::string keep(RecordTexts texts, const std::string& place) {
    const bool bare = texts.passages.empty();
    if (bare && (without_context_ == WithoutContext::drop || !bare_template_)) return kNoContext;
    FilledPrompt prompt = (bare ? bare_template_ : template_)->fill({texts.passages, texts.query, texts.options});
    const std::string_view context =
        std::string_view(prompt.content)
            .substr(static_cast<std::size_t>(prompt.context.begin), static_cast<std::size_t>(prompt.context.size()));
    for (const auto& [text, most] : {std::pair(std::string_view(prompt.content), max_prompt_characters_),
                                     std::pair(context, traits_.max_context_characters)}) {
      if (most != 0 && count_characters(text) > most) return "longer than " + std::to_string(most) + " characters";
    }
    ++report_.kept;
    selection_.offer({ids_.make(id_of(texts.id, place)), std::move(prompt.content), prompt.context,
                      std::move(prompt.passages), std::move(texts.query), std::move(texts.answer),
                      std::move(texts.response), std::move(texts.supporting)});
    return "";
  }

  /// A user's own ids stay as they are.
  [[nodiscard]] std::string id_of(const std::string& own, const std::string& place) const {
    if (format_ == DatasetFormat::jsonl) return own.empty() ? "record-" + place : own;
    return std::string(to_text(format_)) + "-" + (own.empty() ? place : own);
  }

  DatasetFormat format_;
  const FormatTraits& traits_;
  std::optional<PromptTemplate> template_;
  std::optional<PromptTemplate> bare_template_;
  WithoutContext without_context_;
  std::int64_t max_prompt_characters_;
  Selection selection_;
  UniqueIds ids_;
  ReadReport& report_;
};

std::string reasons(const ReadReport& report) {
  std::string text;
  for (const auto& [reason, count] : report.dropped_by_reason) {
    text.append(text.empty() ? "" : ", ").append(std::to_string(count) + " x " + reason);
  }
  return text;
}

void check(const ReadReport& report, const DatasetOptions& options, double max_bad_fraction) {
  const std::string& path = options.path;
  std::string why = reasons(report);
  for (const std::string& record : report.first_bad) why.append("\n  ").append(record);
  const auto bare = report.dropped_by_reason.find(kNoContext);
  if (bare != report.dropped_by_reason.end() && bare->second == report.read) {
    throw UserError("no record of " + path + " has a context", "sources are parts of the context",
                    "use a data set with contexts");
  }
  if (report.kept == 0) {
    throw UserError("no record of " + path + " is usable", report.read == 0 ? "it has no records" : why,
                    "check that the file and the data set's format belong together" +
                        std::string(options.max_prompt_characters != 0 ? ", or raise max_prompt_characters" : ""));
  }
  const auto largest = max_bad_fraction * static_cast<double>(report.read);
  if (static_cast<double>(report.bad) > largest) {
    throw UserError(
        std::to_string(report.bad) + " of " + std::to_string(report.read) + " records of " + path + " are unusable",
        why, "correct the records, or raise data.max_bad_fraction");
  }
}

}  // namespace

std::vector<Example> read_examples(const DatasetOptions& options, const ReadRules& rules, ReadReport& report) {
  report = {};
  if (options.path.empty()) {
    throw UserError("no data set file is given", "its path is empty", "set data.train.path and data.evaluation.path");
  }
  Reader reader(options, rules, report);
  reader.read(data_files(options.path));
  check(report, options, rules.max_bad_fraction);
  std::vector<Example> examples = reader.selected();
  if (examples.empty()) {
    throw UserError("no record of " + options.path + " is left for evaluation",
                    "all " + std::to_string(report.kept) + " usable ones are in the part for training",
                    "lower data.train_part_examples");
  }
  return examples;
}

std::string describe(const ReadReport& report) {
  std::string text = std::to_string(report.read) + " records read, " + std::to_string(report.kept) + " kept, ";
  text += std::to_string(report.filtered + report.bad) + " dropped";
  if (!report.dropped_by_reason.empty()) text += " (" + reasons(report) + ")";
  return text + ", " + std::to_string(report.selected) + " used";
}

}  // namespace at2
