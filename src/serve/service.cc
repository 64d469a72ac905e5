#include "serve/service.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/enum_text.h"
#include "serve/page_files.h"

namespace at2 {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::system_clock;

constexpr int kLongestRetrySeconds = 60;

std::string path_of(const HttpRequest& request) { return request.target.substr(0, request.target.find('?')); }

/// Whether the header says that the body is JSON. Browsers send nothing of the kind across sites without asking first.
bool is_json(const HttpRequest& request) {
  constexpr std::string_view kJson = "application/json";
  const std::string type = request.content_type.value_or("");
  return type.starts_with(kJson) &&
         (type.size() == kJson.size() || type[kJson.size()] == ';' || type[kJson.size()] == ' ');
}

void refuse_unless_json(const HttpRequest& request) {
  if (!is_json(request)) {
    throw ApiError({415, "the header Content-Type is not application/json", "", "", 0});
  }
}

/// Counts the response by its route when it goes out.
class CountedReply : public Reply {
 public:
  CountedReply(std::shared_ptr<Reply> reply, ServeMetrics& metrics, std::string route)
      : reply_(std::move(reply)), metrics_(&metrics), route_(std::move(route)) {}

  void send(HttpResponse response) override {
    metrics_->count_response(route_, response.status);
    reply_->send(std::move(response));
  }
  void begin(HttpResponse head) override {
    metrics_->count_response(route_, head.status);
    reply_->begin(std::move(head));
  }
  void write(std::string piece) override { reply_->write(std::move(piece)); }
  void finish() override { reply_->finish(); }
  [[nodiscard]] bool gone() const override { return reply_->gone(); }

 private:
  std::shared_ptr<Reply> reply_;
  ServeMetrics* metrics_;
  std::string route_;
};

template <typename Enum>
Json words_of(const std::vector<Enum>& values) {
  Json words = Json::array();
  for (const Enum value : values) words.push_back(to_text(value));
  return words;
}

}  // namespace

const Service::Route Service::kRoutes[] = {
    {"GET", "/", RouteAccess::open, &Service::page},
    {"GET", "/page.css", RouteAccess::open, &Service::page},
    {"GET", "/page.js", RouteAccess::open, &Service::page},
    {"GET", "/requests.js", RouteAccess::open, &Service::page},
    {"GET", "/marks.js", RouteAccess::open, &Service::page},
    {"GET", "/selection.js", RouteAccess::open, &Service::page},
    {"GET", "/icon.svg", RouteAccess::open, &Service::page},
    {"GET", "/healthz", RouteAccess::open, &Service::health},
    {"GET", "/metrics", RouteAccess::guarded, &Service::metrics_text},
    {"GET", "/v1/models", RouteAccess::guarded, &Service::models},
    {"POST", "/v1/chat/completions", RouteAccess::guarded, &Service::chat},
    {"POST", "/v1/attribute", RouteAccess::guarded, &Service::attribute},
};

Service::Service(AnswerEngine& engine, const ServeOptions& options, const std::string& address)
    : engine_(&engine),
      options_(options),
      rules_{options.token, address},
      model_(engine.model_name()),
      started_(system_clock::to_time_t(system_clock::now())),
      queue_(options.limits.queue) {}

void Service::handle(const HttpRequest& request, const std::shared_ptr<Reply>& reply) {
  const std::string path = path_of(request);
  const auto* route =
      std::find_if(std::begin(kRoutes), std::end(kRoutes), [&](const Route& r) { return path == r.path; });
  const auto counted =
      std::make_shared<CountedReply>(reply, metrics_, route == std::end(kRoutes) ? "other" : std::string(route->path));
  try {
    find_and_run(request, path, counted);
  } catch (const std::exception& error) {
    const ApiFault fault = fault_of(error);
    if (fault.status == 500 && options_.on_fault) options_.on_fault(error.what());
    counted->send(fault_response(fault));
  }
}

void Service::find_and_run(const HttpRequest& request, const std::string& path, const std::shared_ptr<Reply>& reply) {
  const auto* route =
      std::find_if(std::begin(kRoutes), std::end(kRoutes), [&](const Route& r) { return path == r.path; });
  const RouteAccess access = route == std::end(kRoutes) ? RouteAccess::guarded : route->access;
  if (auto fault = refusal(request, rules_, access)) throw ApiError(*fault);
  if (route == std::end(kRoutes)) {
    throw ApiError({404, "there is nothing at this path: see docs/serve.md", "", "", 0});
  }
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  if (method != route->method) {
    HttpResponse response = fault_response({405, "this path takes " + std::string(route->method) + " only", "", "", 0});
    response.headers.emplace_back("Allow", std::string(route->method) == "GET" ? "GET, HEAD" : route->method);
    return reply->send(std::move(response));
  }
  (this->*route->action)(request, reply);
}

void Service::page(const HttpRequest& request, const std::shared_ptr<Reply>& reply) {
  const PageFile file = page_file(path_of(request));
  reply->send({200, std::string(file.content_type), std::string(file.text), {}});
}

void Service::health(const HttpRequest&, const std::shared_ptr<Reply>& reply) {
  reply->send(
      {stopping_ ? 503 : 200, "application/json", stopping_ ? R"({"status":"stopping"})" : R"({"status":"ok"})", {}});
}

void Service::metrics_text(const HttpRequest&, const std::shared_ptr<Reply>& reply) {
  reply->send(
      {200, "text/plain; version=0.0.4; charset=utf-8", metrics_.text({queue_.waiting(), queue_.in_hand()}), {}});
}

void Service::models(const HttpRequest&, const std::shared_ptr<Reply>& reply) {
  Json model = {{"id", model_}, {"object", "model"}, {"created", started_}, {"owned_by", "at2"}};
  model["max_tokens"] = engine_->max_tokens();
  model["max_new_tokens"] = options_.limits.new_tokens;
  model["methods"] = words_of(options_.methods);
  model["sources"] = enum_words<SourceKind>();
  const Json list = {{"object", "list"}, {"data", Json::array({model})}};
  reply->send({200, "application/json", list.dump(-1, ' ', false, Json::error_handler_t::replace), {}});
}

void Service::chat(const HttpRequest& request, const std::shared_ptr<Reply>& reply) {
  refuse_unless_json(request);
  ChatRequest parsed = parse_chat_request(request.body, scope());
  const auto now = system_clock::to_time_t(system_clock::now());
  const CompletionName name{"chatcmpl-" + std::to_string(started_) + "-" + std::to_string(next_id_++), model_, now};
  enqueue(reply, [this, name, asked = std::move(parsed)](Reply& to) { answer_chat(asked, name, to, surroundings()); });
}

void Service::attribute(const HttpRequest& request, const std::shared_ptr<Reply>& reply) {
  refuse_unless_json(request);
  AttributeCall parsed = parse_attribute_call(request.body, scope());
  enqueue(reply, [this, asked = std::move(parsed)](Reply& to) { answer_attribute(asked, to, surroundings()); });
}

void Service::enqueue(const std::shared_ptr<Reply>& reply, std::function<void(Reply&)> work) {
  const ApiFault stopping{503, "the server stops", "", "stopping", 5};
  const auto push = queue_.push({[reply, work = std::move(work)] { work(*reply); }, [reply] { return reply->gone(); },
                                 [reply, stopping] { reply->send(fault_response(stopping)); }});
  if (push == JobQueue::Push::closed) throw ApiError(stopping);
  if (push == JobQueue::Push::full) {
    const int wait = std::clamp(static_cast<int>(std::ceil(queue_.expected_wait_seconds())), 1, kLongestRetrySeconds);
    throw ApiError({429, "too many requests wait for the model: try again later", "", "queue_full", wait});
  }
}

void Service::begin_stop(std::function<void()> on_end) {
  stopping_ = true;
  queue_.close(std::move(on_end));
}

void Service::cut() { cut_ = true; }

RequestScope Service::scope() const { return {model_, options_.methods, options_.limits.new_tokens}; }

JobSurroundings Service::surroundings() {
  return {*engine_, metrics_, options_.limits.answer_seconds, cut_, options_.on_fault};
}

}  // namespace at2
