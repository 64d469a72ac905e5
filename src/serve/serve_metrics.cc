#include "serve/serve_metrics.h"

#include <sstream>

namespace at2 {
namespace {

void head(std::ostream& out, const char* name, const char* type, const char* meaning) {
  out << "# HELP " << name << " " << meaning << "\n# TYPE " << name << " " << type << "\n";
}

template <typename Value>
void single(std::ostream& out, const char* name, const char* type, const char* meaning, Value value) {
  head(out, name, type, meaning);
  out << name << " " << value << "\n";
}

}  // namespace

const char* to_text(CutReason reason) {
  switch (reason) {
    case CutReason::client_gone:
      return "client_gone";
    case CutReason::out_of_time:
      return "out_of_time";
    case CutReason::stopping:
      return "stopping";
  }
  return "";
}

void ServeMetrics::count_response(const std::string& route, int status) {
  const std::lock_guard lock(mutex_);
  ++responses_[{route, status}];
}

void ServeMetrics::count_answer(const AttributedAnswer& answer) {
  const std::lock_guard lock(mutex_);
  ++answers_;
  prompt_tokens_ += answer.prompt_tokens;
  // A given response costs reading, not writing.
  if (answer.generate_seconds > 0) response_tokens_ += answer.response_tokens;
  generate_seconds_ += answer.generate_seconds;
  for (const AnswerScores& scores : answer.methods) attribute_seconds_ += scores.seconds;
}

void ServeMetrics::count_cut(CutReason reason) {
  const std::lock_guard lock(mutex_);
  ++cut_[reason];
}

std::string ServeMetrics::text(const ServeGauges& gauges) const {
  const std::lock_guard lock(mutex_);
  std::ostringstream out;
  head(out, "at2_responses_total", "counter", "Responses by route and status.");
  for (const auto& [key, count] : responses_) {
    out << "at2_responses_total{route=\"" << key.first << "\",status=\"" << key.second << "\"} " << count << "\n";
  }
  head(out, "at2_cut_answers_total", "counter", "Answers that were given up, by reason.");
  for (const auto& [reason, count] : cut_) {
    out << "at2_cut_answers_total{reason=\"" << to_text(reason) << "\"} " << count << "\n";
  }
  single(out, "at2_queue_length", "gauge", "Requests that wait for the model.", gauges.queue_length);
  single(out, "at2_in_flight", "gauge", "Requests that the model works on.", gauges.in_flight);
  single(out, "at2_answers_total", "counter", "Answers that were finished.", answers_);
  single(out, "at2_prompt_tokens_total", "counter", "Tokens of the prompts of finished answers.", prompt_tokens_);
  single(out, "at2_generated_tokens_total", "counter", "Tokens that the model wrote in finished answers.",
         response_tokens_);
  single(out, "at2_generate_seconds_total", "counter", "Seconds of writing answers.", generate_seconds_);
  single(out, "at2_attribute_seconds_total", "counter", "Seconds of attributing answers.", attribute_seconds_);
  single(out, "at2_uptime_seconds", "gauge", "Seconds since the start.", uptime_.seconds());
  return out.str();
}

}  // namespace at2
