/// \file serve/question_fields.h
/// \brief What the two routes that ask the model have in common: documents, turns, methods, sources.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "report/citations.h"
#include "serve/answer_engine.h"
#include "serve/request_fields.h"

namespace at2 {

/// How many sources are named for each sentence, and by whom.
struct CitationWish {
  std::vector<Method> methods;
  SourceKind sources = SourceKind::sentence;
  CitationOptions options;
  std::int64_t esm_ablations = 32;
};

/// `documents`: [{"name", "text"}], or texts alone, which are named "document 1" and so on.
/// \throws ApiError naming the field that is wrong
[[nodiscard]] std::vector<AnswerDocument> documents_in(const RequestFields& fields);

/// Turns: [{"role", "content"}], whose content is a text or [{"type": "text", "text"}]. "developer" is "system".
/// \throws ApiError naming the field that is wrong, and for roles and contents that the model cannot read
[[nodiscard]] std::vector<Message> messages_in(const nlohmann::json& messages, const std::string& place);

/// `method` or `methods` (a word or several), `sources`, `most`, `smallest_share`, `ablations`; what is missing is as
/// in `wish`. \param possible  methods that the engine has \throws ApiError naming the field and the words that are
/// possible
void read_citation_wish(const RequestFields& fields, std::span<const Method> possible, CitationWish& wish);

}  // namespace at2
