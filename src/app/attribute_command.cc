#include "app/attribute_command.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <ostream>
#include <sstream>

#include "app/attribution_engine.h"
#include "app/session.h"
#include "app/terminal_layout.h"
#include "base/errors.h"
#include "report/answer_html.h"
#include "report/answer_json.h"
#include "report/answer_markdown.h"
#include "report/answer_text.h"
#include "report/terminal.h"

namespace at2 {
namespace {

/// The whole file, or standard input for "-", less a byte order mark before it and one final line break.
std::string read_text(const std::string& path, const std::string& option) {
  std::ostringstream content;
  bool good = false;
  if (path == "-") {
    good = static_cast<bool>(content << std::cin.rdbuf());
  } else {
    std::ifstream file(path, std::ios::binary);
    good = file && content << file.rdbuf();
  }
  if (!good) {
    throw UserError("cannot read the " + option + " " + path, "no such file, no permission, or it is empty",
                    "check --" + option);
  }
  std::string text = content.str();
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Question question_of(const AttributeRequest& request) {
  Question question;
  for (const std::string& path : request.context_files)
    question.documents.push_back({path, read_text(path, "context")});
  question.query = request.query;
  if (request.response_file) question.response = read_text(*request.response_file, "response");
  question.task = request.task;
  question.sources = request.sources;
  question.methods = request.methods;
  question.esm_ablations = request.num_ablations;
  question.max_new_tokens = request.max_new_tokens;
  question.spans = request.spans;
  return question;
}

EngineOptions engine_of(const AttributeRequest& request) {
  const bool needs_theta =
      std::find(request.methods.begin(), request.methods.end(), Method::at2) != request.methods.end();
  return {request.model, request.estimator_file, needs_theta ? EstimatorUse::required : EstimatorUse::where_it_fits,
          request.model_check};
}

std::string formatted(const AttributedAnswer& answer, const AttributeRequest& request) {
  switch (request.format) {
    case AnswerFormat::json:
      return answer_json(answer);
    case AnswerFormat::html:
      return answer_html(answer, request.query);
    case AnswerFormat::markdown:
      return answer_markdown(answer);
    case AnswerFormat::text:
      break;
  }
  return "Sources of each sentence (" + answer.methods.front().title + ", share of what supports it)\n\n" +
         cited_answer(answer, layout_of_output(request.colours));
}

}  // namespace

void attribute_command(const AttributeRequest& request, Environment& environment, std::ostream& out) {
  if (environment.communicator().rank() != 0) return;
  const Question question = question_of(request);
  at::set_num_threads(threads_of_rank(request.threads, environment.local_size()));
  AttributionEngine engine(engine_of(request));
  TextListener on_text;
  StreamedWrap lines(line_width_of_output());
  if (request.format == AnswerFormat::text && !question.response) {
    on_text = [&](std::string_view piece) { out << lines.push(printable(piece)) << std::flush; };
  }
  const AttributedAnswer answer = engine.answer(question, on_text);
  if (on_text) out << lines.finish() << "\n\n";
  out << formatted(answer, request) << std::flush;
}

}  // namespace at2
