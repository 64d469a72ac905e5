/// \file serve/service.h
/// \brief The routes of the server, without sockets.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "serve/access.h"
#include "serve/answer_engine.h"
#include "serve/answer_jobs.h"
#include "serve/http_message.h"
#include "serve/job_queue.h"
#include "serve/serve_metrics.h"
#include "serve/serve_options.h"

namespace at2 {

/// Answers requests: at once where it can, else through the queue and the one thread that may use the engine.
class Service {
 public:
  /// \param engine   must outlive the service
  /// \param address  that the server listens on
  Service(AnswerEngine& engine, const ServeOptions& options, const std::string& address);

  /// Called by one thread.
  void handle(const HttpRequest& request, const std::shared_ptr<Reply>& reply);

  /// A request was refused before there was anything to handle.
  void count_unreadable(int status) { metrics_.count_response("unreadable", status); }

  /// Requests that wait, and new ones, are answered with 503; the answer in hand goes on.
  /// \param on_end  is called once, by another thread, when there is none in hand any more
  void begin_stop(std::function<void()> on_end);
  /// Gives up the answer in hand at its next piece of text.
  void cut();

 private:
  using Action = void (Service::*)(const HttpRequest&, const std::shared_ptr<Reply>&);
  struct Route {
    const char* method;
    const char* path;
    RouteAccess access;
    Action action;
  };
  static const Route kRoutes[];

  void find_and_run(const HttpRequest& request, const std::string& path, const std::shared_ptr<Reply>& reply);
  void page(const HttpRequest& request, const std::shared_ptr<Reply>& reply);
  void health(const HttpRequest& request, const std::shared_ptr<Reply>& reply);
  void metrics_text(const HttpRequest& request, const std::shared_ptr<Reply>& reply);
  void models(const HttpRequest& request, const std::shared_ptr<Reply>& reply);
  void chat(const HttpRequest& request, const std::shared_ptr<Reply>& reply);
  void attribute(const HttpRequest& request, const std::shared_ptr<Reply>& reply);
  void enqueue(const std::shared_ptr<Reply>& reply, std::function<void(Reply&)> work);
  [[nodiscard]] RequestScope scope() const;
  [[nodiscard]] JobSurroundings surroundings();

  AnswerEngine* engine_;
  ServeOptions options_;
  AccessRules rules_;
  std::string model_;
  std::int64_t started_;
  std::int64_t next_id_ = 1;
  ServeMetrics metrics_;
  std::atomic<bool> cut_ = false;
  bool stopping_ = false;
  JobQueue queue_;
};

}  // namespace at2
