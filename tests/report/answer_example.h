/// \file report/answer_example.h
/// \brief An attributed answer for tests of its views.
#pragma once

#include "report/answer.h"

namespace at2::testing {

/// Two documents with three sentences, a response with two, scores of two methods.
inline AttributedAnswer small_answer() {
  AttributedAnswer answer;
  answer.model = "tiny";
  answer.estimator = "dolly";
  answer.response = "It opened in 1931. N\u00fcn tables.";
  answer.targets = {{0, 18}, {19, 31}};
  answer.documents = {{"a.txt", "Caf\u00e9 Mar opened in 1931. It is old."}, {"b.txt", "It has nine <tables>."}};
  answer.sources = {{0, {0, 25}}, {0, {26, 36}}, {1, {0, 21}}};
  answer.methods = {{"at2", "AT2", {{0.8, 0.1, 0.1}, {0.1, -0.2, 0.9}}, 0.01},
                    {"gradient", "Gradient L1", {{1, 2, 3}, {3, 2, 1}}, 0.5}};
  answer.prompt_tokens = 40;
  answer.response_tokens = 12;
  answer.generate_seconds = 1.5;
  return answer;
}

}  // namespace at2::testing
