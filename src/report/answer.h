/// \file report/answer.h
/// \brief One answer and which parts of its documents (or of its own thoughts) every sentence of it came from.
///
/// Texts are UTF-8; ranges are bytes. Shape letters: G targets, S sources.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ranges.h"
#include "config/options.h"

namespace at2 {

/// A text that the answer may have come from.
struct AnswerDocument {
  /// A file's name, a title, or "thoughts".
  std::string name;
  std::string text;
  bool operator==(const AnswerDocument&) const = default;
};

/// A part of a document.
struct AnswerSource {
  /// Index of the document.
  std::int64_t document = 0;
  /// Within the document's text.
  CharRange range;
};

/// What one method says.
struct AnswerScores {
  /// As in the store: "at2", "esm_32"; and as shown: "AT2", "ESM (32)".
  std::string method;
  std::string title;
  /// One row per target, one score per source; comparable within a row only.
  std::vector<std::vector<double>> scores_GS;
  /// What attributing took beyond generating the answer.
  double seconds = 0;
};

/// An answer with its sources.
struct AttributedAnswer {
  std::string model;
  /// What AT2's theta was trained on, for people; empty where no method uses one.
  std::string estimator;
  /// The answer, without the thoughts before it.
  std::string response;
  /// Its sentences, or the spans that were asked for.
  std::vector<CharRange> targets;
  std::vector<AnswerDocument> documents;
  SourceKind source_kind = SourceKind::sentence;
  /// In the order of the documents and their texts.
  std::vector<AnswerSource> sources;
  /// In the order asked for.
  std::vector<AnswerScores> methods;
  std::int64_t prompt_tokens = 0;
  std::int64_t response_tokens = 0;
  /// Whether the model ended the answer itself, rather than at the limit of new tokens.
  bool ended = true;
  /// Reading the prompt and writing the response; 0 for a given response.
  double generate_seconds = 0;
};

}  // namespace at2
