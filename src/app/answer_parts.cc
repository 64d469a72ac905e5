#include "app/answer_parts.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "data/characters.h"
#include "data/formats.h"
#include "data/prompt_template.h"
#include "text/ranges.h"
#include "text/utf8.h"

namespace at2 {
namespace {

constexpr const char* kQueryName = "query";
constexpr const char* kThoughtsName = "thoughts";

void check_text(const std::string& text, const std::string& name) {
  if (const auto bad = find_invalid_utf8(text)) {
    throw UserError(name + " is not UTF-8", "byte " + std::to_string(*bad), "convert it, for instance with iconv");
  }
  if (strip(text).empty()) throw UserError(name + " is empty", "it has nothing but white space", "leave it out");
}

/// The documents as the answer shows them, without the thoughts.
std::vector<AnswerDocument> documents_of(const Question& question, Task task) {
  if (!question.documents.empty()) return question.documents;
  if (task == Task::thought) return {};
  return {{kQueryName, question.query}};
}

/// Where a document's text begins, and ends, in the prompt.
struct DocumentPlace {
  CharRange in_prompt;
  /// Bytes at the document's begin that the chat template left out.
  std::int64_t skipped = 0;
};

std::vector<DocumentPlace> places_of(const std::vector<AnswerDocument>& documents, const Prompt& prompt) {
  AT2_EXPECT(documents.size() == prompt.passages.size(), "every document is a passage of the prompt");
  std::vector<DocumentPlace> places;
  for (std::size_t d = 0; d < documents.size(); ++d) {
    const CharRange range = prompt.passages[d];
    // Templates leave out white space at the ends of a message, and nothing else.
    const std::size_t skipped = documents[d].text.find(covered(prompt.text, range));
    AT2_EXPECT(skipped != std::string::npos, "a passage is its document");
    places.push_back({range, static_cast<std::int64_t>(skipped)});
  }
  return places;
}

/// A source between two documents (a token of line breaks) is counted to the one before.
/// \pre there is a document
AnswerSource place_in(const std::vector<DocumentPlace>& places, CharRange in_prompt) {
  std::size_t d = places.size() - 1;
  while (d > 0 && places[d].in_prompt.begin > in_prompt.begin) --d;
  const auto byte = [&](std::int64_t place) {
    const CharRange& range = places[d].in_prompt;
    return std::clamp(place, range.begin, range.end) - range.begin + places[d].skipped;
  };
  return {static_cast<std::int64_t>(d), {byte(in_prompt.begin), byte(in_prompt.end)}};
}

/// Bytes of the attributed part of the response.
CharRange attributed_part(const AttributionInput& input) {
  if (input.thought) return input.thought->answer;
  return {0, std::ssize(input.response.text)};
}

std::vector<CharRange> wanted_ranges(const Question& question, const std::string& answer) {
  std::vector<CharRange> wanted = question.ranges;
  for (const std::string& span : question.spans) {
    const std::size_t at = span.empty() ? std::string::npos : answer.find(span);
    if (at == std::string::npos) {
      throw UserError("\"" + span + "\" cannot be attributed", "it is not in the answer",
                      "give words of the answer as they stand there");
    }
    const auto begin = static_cast<std::int64_t>(at);
    wanted.push_back({begin, begin + std::ssize(span)});
  }
  for (const CharRange& range : wanted) {
    if (range.begin < 0 || range.begin >= range.end || range.end > std::ssize(answer)) {
      throw UserError("a span of the answer is impossible", "it is empty or lies outside",
                      "give begin < end within it");
    }
  }
  std::sort(wanted.begin(), wanted.end(), [](const CharRange& a, const CharRange& b) { return a.begin < b.begin; });
  return wanted;
}

}  // namespace

Example example_of(const Question& question, Task task) {
  check_text(question.query, "the query");
  std::vector<std::string> passages;
  for (const AnswerDocument& document : question.documents) {
    check_text(document.text, document.name.empty() ? "a document" : document.name);
    passages.push_back(document.text);
  }
  if (question.response) check_text(*question.response, "the response");
  if (passages.empty()) {
    if (task == Task::thought) return {"attribute", question.query, {}, {}, question.query};
    const CharRange whole{0, std::ssize(question.query)};
    return {"attribute", question.query, whole, {whole}, question.query};
  }
  const FormatTraits& traits = traits_of(DatasetFormat::jsonl);
  FilledPrompt filled = PromptTemplate(traits.prompt_template, traits.rules).fill({passages, question.query});
  return {"attribute", std::move(filled.content), filled.context, std::move(filled.passages), question.query};
}

Task task_of(const Question& question, const ChatFormat& chat) {
  if (question.task) return *question.task;
  const bool closes = question.response && question.response->find("</think>") != std::string::npos;
  return chat.thinks || closes ? Task::thought : Task::context;
}

void choose_targets(const Question& question, AttributionInput& input) {
  const CharRange part = attributed_part(input);
  const std::vector<CharRange> wanted = wanted_ranges(question, input.targets.text);
  if (wanted.empty()) return;
  input.targets.chars = wanted;
  input.targets.tokens.clear();
  input.task.targets.clear();
  const auto first = std::ssize(input.prompt.tokens);
  std::int64_t next = 0;
  for (const CharRange& range : wanted) {
    const TokenRange tokens = tokens_of(input.response.token_chars, {part.begin + range.begin, part.begin + range.end});
    if (tokens.size() == 0 || tokens.begin < next) {
      throw UserError("spans of the answer cannot be attributed together", "two of them share a token, or one has none",
                      "ask for one at a time");
    }
    next = tokens.end;
    input.targets.tokens.push_back(tokens);
    input.task.targets.push_back({first + tokens.begin, first + tokens.end});
  }
}

void place_sources(const Question& question, const AttributionInput& input, const Sources& sources,
                   AttributedAnswer& answer) {
  answer.documents = documents_of(question, input.thought ? Task::thought : Task::context);
  const std::vector<DocumentPlace> places = places_of(answer.documents, input.prompt);
  const CharRange& context = input.prompt.context;
  std::int64_t thoughts = std::ssize(sources.text);
  if (input.thought) {
    // They end the text that sources are taken from (split_thought_sources).
    thoughts -= input.thought->thoughts.size();
    answer.documents.push_back({kThoughtsName, std::string(covered(input.response.text, input.thought->thoughts))});
  }
  for (const CharRange& range : sources.chars) {
    if (range.begin >= thoughts) {
      const std::int64_t last = std::ssize(answer.documents) - 1;
      answer.sources.push_back({last, {range.begin - thoughts, range.end - thoughts}});
    } else {
      answer.sources.push_back(place_in(places, {context.begin + range.begin, context.begin + range.end}));
    }
  }
}

}  // namespace at2
