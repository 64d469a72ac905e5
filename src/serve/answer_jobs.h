/// \file serve/answer_jobs.h
/// \brief From a parsed request to its reply, by the thread that owns the engine.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>

#include "serve/answer_bodies.h"
#include "serve/attribute_fields.h"
#include "serve/chat_request.h"
#include "serve/http_message.h"
#include "serve/serve_metrics.h"

namespace at2 {

/// What jobs work with.
struct JobSurroundings {
  AnswerEngine& engine;
  ServeMetrics& metrics;
  double answer_seconds = 300;
  /// Whether answers in hand are to be given up.
  const std::atomic<bool>& cut;
  /// Is told of faults of the program.
  const std::function<void(std::string_view)>& on_fault;
};

/// Answers and sends the completion, whole or as a stream. An answer ends early if the client goes away, it takes too
/// long, or the server stops. Throws nothing.
void answer_chat(const ChatRequest& request, const CompletionName& name, Reply& reply, const JobSurroundings& with);

/// Answers, or takes the given response, and sends its attribution. Throws nothing.
void answer_attribute(const AttributeCall& call, Reply& reply, const JobSurroundings& with);

}  // namespace at2
