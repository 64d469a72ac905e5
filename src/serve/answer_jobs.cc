#include "serve/answer_jobs.h"

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "base/timer.h"
#include "serve/api_error.h"

namespace at2 {
namespace {

constexpr int kRetrySeconds = 5;

/// Ends an answer that nobody needs or that takes too long.
class CutShort : public ApiError {
 public:
  CutShort(CutReason reason, ApiFault fault) : ApiError(std::move(fault)), reason_(reason) {}
  [[nodiscard]] CutReason reason() const noexcept { return reason_; }

 private:
  CutReason reason_;
};

/// Looks at each piece of text whether the answer is still wanted.
class AnswerWatch {
 public:
  AnswerWatch(const Reply& reply, const JobSurroundings& with) : reply_(&reply), with_(&with) {}

  void check() const {
    if (reply_->gone()) throw CutShort(CutReason::client_gone, {499, "the client has gone away", "", "", 0});
    if (with_->cut) {
      throw CutShort(CutReason::stopping, {503, "the server stops", "", "stopping", kRetrySeconds});
    }
    if (timer_.seconds() > with_->answer_seconds) {
      throw CutShort(CutReason::out_of_time,
                     {504, "the answer took too long: ask for fewer tokens (max_tokens) or give shorter documents", "",
                      "out_of_time", 0});
    }
  }

 private:
  const Reply* reply_;
  const JobSurroundings* with_;
  Timer timer_;
};

HttpResponse json_response(std::string body) { return {200, "application/json", std::move(body), {}}; }

/// A stream of events whose head is sent with the first of them: what fails before has a status of its own.
class EventStream {
 public:
  EventStream(Reply& reply, const CompletionName& name) : reply_(&reply), name_(&name) {}

  void write(std::string event) {
    begin();
    reply_->write(std::move(event));
  }
  [[nodiscard]] bool begun() const noexcept { return begun_; }

 private:
  void begin() {
    if (begun_) return;
    begun_ = true;
    reply_->begin({200, "text/event-stream", "", {{"X-Accel-Buffering", "no"}}});
    reply_->write(first_chunk(*name_));
  }

  Reply* reply_;
  const CompletionName* name_;
  bool begun_ = false;
};

/// The fault of an exception, after it was counted or reported.
ApiFault noted_fault(const std::exception& error, const JobSurroundings& with) {
  if (const auto* cut = dynamic_cast<const CutShort*>(&error)) with.metrics.count_cut(cut->reason());
  ApiFault fault = fault_of(error);
  if (fault.status == 500 && with.on_fault) with.on_fault(error.what());
  return fault;
}

AttributedAnswer answered(const Question& question, const TextListener& on_text, const JobSurroundings& with) {
  AttributedAnswer answer = with.engine.answer(question, on_text);
  with.metrics.count_answer(answer);
  return answer;
}

std::optional<CitationView> view_of(const ChatRequest& request) {
  if (!request.citations) return std::nullopt;
  return CitationView{*request.citations, request.question.documents.size()};
}

void stream_chat(const ChatRequest& request, const CompletionName& name, Reply& reply, const JobSurroundings& with) {
  EventStream events(reply, name);
  const AnswerWatch watch(reply, with);
  try {
    const auto on_text = [&](std::string_view piece) {
      watch.check();
      events.write(text_chunk(name, piece));
    };
    const AttributedAnswer answer = answered(request.question, on_text, with);
    events.write(last_chunk(name, answer));
    if (const auto view = view_of(request)) events.write(citations_chunk(name, answer, *view));
    if (request.stream_usage) events.write(usage_chunk(name, answer));
    events.write(done_event());
    reply.finish();
  } catch (const std::exception& error) {
    const ApiFault fault = noted_fault(error, with);
    if (!events.begun()) return reply.send(fault_response(fault));
    events.write(fault_event(fault_json(fault)));
    reply.finish();
  }
}

}  // namespace

void answer_chat(const ChatRequest& request, const CompletionName& name, Reply& reply, const JobSurroundings& with) {
  if (request.delivery == Delivery::stream) return stream_chat(request, name, reply, with);
  const AnswerWatch watch(reply, with);
  try {
    const AttributedAnswer answer = answered(
        request.question, [&](std::string_view) { watch.check(); }, with);
    reply.send(json_response(completion_json(name, answer, view_of(request))));
  } catch (const std::exception& error) {
    reply.send(fault_response(noted_fault(error, with)));
  }
}

void answer_attribute(const AttributeCall& call, Reply& reply, const JobSurroundings& with) {
  const AnswerWatch watch(reply, with);
  try {
    const AttributedAnswer answer = answered(
        call.question, [&](std::string_view) { watch.check(); }, with);
    reply.send(json_response(attribution_json(answer, call.citations)));
  } catch (const std::exception& error) {
    reply.send(fault_response(noted_fault(error, with)));
  }
}

}  // namespace at2
