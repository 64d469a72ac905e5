/// \file data/formats.h
/// \brief Readers of the native formats, one function (and file) each, and what each format has.
///
/// A reader cuts a file into records, one after another and never all at once, and hands each on. A fault of one record
/// is a RecordError, a fault of the file (cut off, not of the format) a UserError.
#pragma once

#include <string>
#include <string_view>

#include "config/options.h"
#include "data/prompt_template.h"
#include "data/record.h"
#include "data/text_input.h"

namespace at2 {

/// databricks-dolly-15k.jsonl: lines of {instruction, context, response, category}.
void read_dolly(TextInput& file, const TakeRecord& take);
/// hotpot_*.json: an array of {_id, question, answer, context: [[title, [sentences]]], supporting_facts}.
void read_hotpotqa(TextInput& file, const TakeRecord& take);
/// CNN/DailyMail 3.0.0: lines of {id, article, highlights}.
void read_cnn_dailymail(TextInput& file, const TakeRecord& take);
/// MS MARCO v1.1: lines of {query_id, query, passages: [{passage_text, is_selected}], answers}; v2.1: one object of
/// columns {passages: {"0": [...]}, query: {"0": ...}, ...}, which is read twice.
void read_ms_marco(TextInput& file, const TakeRecord& take);
/// Natural Questions: lines of {example_id, question_text, document_html, annotations} or, simplified, with
/// document_text.
void read_natural_questions(TextInput& file, const TakeRecord& take);
/// drop_dataset_*.json: an object {id: {passage, qa_pairs: [{query_id, question, answer}]}}; each question is a record.
void read_drop(TextInput& file, const TakeRecord& take);
/// GlobalOpinionsQA: CSV with the columns question and options (a list as Python writes it).
void read_global_opinions(TextInput& file, const TakeRecord& take);
/// AGIEval v1: lines of {passage, question, options, label, answer}.
void read_agieval(TextInput& file, const TakeRecord& take);
/// A user's own: lines of {id, context or documents, query, response, answer}.
void read_jsonl(TextInput& file, const TakeRecord& take);

using ReadFormat = void (*)(TextInput&, const TakeRecord&);

/// What readers, templates and limits depend on.
struct FormatTraits {
  /// The data set's name, for people; empty for a user's own.
  std::string_view title;
  ReadFormat read;
  /// The paper's templates (appendix A.3), for records with and without a context; empty where there are none such.
  std::string_view prompt_template;
  std::string_view without_context;
  TemplateRules rules;
  TemplateRules rules_without_context;
  /// Longest prompt and longest context that are kept, in characters (code points); 0 = any.
  std::int64_t max_prompt_characters = 0;
  std::int64_t max_context_characters = 0;
};

[[nodiscard]] const FormatTraits& traits_of(DatasetFormat format);

/// The data set's name in tables and figures: options.title, else that of the format, else that of the file or folder.
[[nodiscard]] std::string dataset_title(const DatasetOptions& options);

}  // namespace at2
