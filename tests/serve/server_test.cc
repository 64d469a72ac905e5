#include "serve/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "serve/running_server.h"

namespace at2 {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using testing::becomes_true;
using testing::ClientResponse;
using ::testing::HasSubstr;
using testing::HttpClient;
using ::testing::Not;
using testing::request_text;
using testing::RunningServer;

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kWhy = R"({"messages":[{"role":"user","content":"why"}]})";
constexpr const char* kWhyStreamed = R"({"messages":[{"role":"user","content":"why"}],"stream":true})";

json error_of(const ClientResponse& response) { return json::parse(response.body).at("error"); }

/// The events of a stream, without the last, which must be [DONE].
std::vector<json> events_of(const std::string& body) {
  std::vector<json> events;
  std::string last;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = body.find("\n\n", begin);
    last = body.substr(begin + 6, end - begin - 6);
    if (last != "[DONE]") events.push_back(json::parse(last));
    begin = end + 2;
  }
  EXPECT_EQ(last, "[DONE]");
  return events;
}

TEST(ServerTest, SaysThatItIsThere) {
  const RunningServer server;
  const ClientResponse response = server.get("/healthz");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"ok"})");
  const ClientResponse head = testing::fetch(server.port(), "HEAD", "/healthz");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "15");
}

TEST(ServerTest, ThePageMayRunNothingButItsOwnFiles) {
  const RunningServer server;
  const ClientResponse page = server.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.headers.at("content-security-policy"),
              AllOf(HasSubstr("default-src 'none'"), HasSubstr("script-src 'self'"), Not(HasSubstr("unsafe"))));
  EXPECT_EQ(page.headers.at("x-content-type-options"), "nosniff");
  EXPECT_THAT(page.body, AllOf(HasSubstr("page.js"), HasSubstr("<!DOCTYPE html>")));
  for (const char* path : {"/page.css", "/page.js", "/requests.js", "/marks.js", "/selection.js", "/icon.svg"}) {
    EXPECT_EQ(server.get(path).status, 200) << path;
  }
}

TEST(ServerTest, ThereIsNothingButTheRoutes) {
  const RunningServer server;
  for (const char* path : {"/nothing", "/../etc/passwd", "/page.css/../../page.html", "/%2e%2e/%2e%2e/etc/passwd",
                           "//etc/passwd", "/v1", "/page.css%00", "/PAGE.CSS", "/v1/../metrics"}) {
    EXPECT_EQ(server.get(path).status, 404) << path;
  }
  EXPECT_EQ(server.get("/healthz?x=1").status, 200) << "a query is no part of the path";
}

TEST(ServerTest, AnotherMethodIsToldWhichOne) {
  const RunningServer server;
  const ClientResponse get = server.get(kChat);
  EXPECT_EQ(get.status, 405);
  EXPECT_EQ(get.headers.at("allow"), "POST");
  const ClientResponse post = server.post("/healthz", "{}");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.headers.at("allow"), "GET, HEAD");
  const ClientResponse options = testing::fetch(server.port(), "OPTIONS", kChat);
  EXPECT_EQ(options.status, 405);
  EXPECT_EQ(options.headers.count("access-control-allow-origin"), 0U);
}

TEST(ServerTest, ListsItsModel) {
  const RunningServer server;
  const json list = json::parse(server.get("/v1/models").body);
  EXPECT_EQ(list["object"], "list");
  EXPECT_EQ(list["data"][0]["id"], "scripted");
  EXPECT_EQ(list["data"][0]["methods"][0], "at2");
  EXPECT_EQ(list["data"][0]["sources"][0], "token");
}

TEST(ServerTest, AnswersAChat) {
  const RunningServer server;
  const ClientResponse response = server.post(kChat, kWhy);
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.headers.at("content-type"), "application/json");
  const json body = json::parse(response.body);
  EXPECT_EQ(body["choices"][0]["message"]["content"], "You asked: why. It is so.");
  EXPECT_FALSE(body.contains("citations"));
}

TEST(ServerTest, CitesTheDocuments) {
  RunningServer server;
  server.engine.script = [](const Question&) { return "It opened late. Cats."; };
  const json body = json::parse(
      server
          .post(kChat,
                R"({"messages":[{"role":"user","content":"q"}],"documents":["Dogs. It opened."],"citations":true})")
          .body);
  ASSERT_EQ(body["citations"].size(), 2U);
  EXPECT_EQ(body["citations"][0]["sources"][0]["text"], "It opened.");
  EXPECT_TRUE(body["citations"][1]["sources"].empty());
}

TEST(ServerTest, StreamsAChat) {
  const RunningServer server;
  const ClientResponse response = server.post(
      kChat,
      R"({"messages":[{"role":"user","content":"why"}],"stream":true,"stream_options":{"include_usage":true},"citations":true})");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.headers.at("content-type"), "text/event-stream");
  const std::vector<json> events = events_of(response.body);
  std::string text;
  std::string reason;
  for (const json& event : events) {
    EXPECT_EQ(event["id"], events.front()["id"]);
    if (event["choices"].empty()) continue;
    text += event["choices"][0]["delta"].value("content", "");
    if (event["choices"][0]["finish_reason"].is_string()) reason = event["choices"][0]["finish_reason"];
  }
  EXPECT_EQ(text, "You asked: why. It is so.");
  EXPECT_EQ(reason, "stop");
  EXPECT_EQ(events.at(events.size() - 2)["citations"].size(), 2U);
  EXPECT_EQ(events.back()["usage"]["completion_tokens"], 6);
}

TEST(ServerTest, PiecesComeWhileTheAnswerIsWritten) {
  RunningServer server;
  std::atomic<bool> arrived = false;
  server.engine.script = [](const Question&) { return "one two"; };
  server.engine.pause = std::chrono::milliseconds(0);
  HttpClient client(server.port());
  // The second word comes only after the first has arrived.
  server.engine.before_piece = [&arrived](std::size_t piece) {
    if (piece == 1) {
      EXPECT_TRUE(becomes_true([&] { return arrived.load(); }));
    }
  };
  client.send(request_text("POST", kChat, kWhyStreamed));
  EXPECT_TRUE(client.wait_for("one "));
  arrived = true;
  EXPECT_TRUE(client.wait_for("[DONE]"));
}

TEST(ServerTest, AttributesAGivenResponse) {
  const RunningServer server;
  const ClientResponse response =
      server.post("/v1/attribute", R"({"query":"q","documents":["Dogs. It \u00fcber opened."],
      "response":"\u00fcber all. It.","method":["at2","gradient"],"ranges":[{"begin":0,"end":4}]})");
  ASSERT_EQ(response.status, 200) << response.body;
  const json body = json::parse(response.body);
  EXPECT_EQ(body["targets"][0]["text"], "\u00fcber");
  EXPECT_EQ(body["citations"]["at2"][0]["sources"][0]["text"], "It \u00fcber opened.");
  EXPECT_EQ(body["scores"]["gradient"][0].size(), 2U);
  EXPECT_EQ(server.post("/v1/attribute", R"({"query":"q","response":"r","spans":["x"]})").status, 400);
}

TEST(ServerTest, FaultsAreOpenAis) {
  const RunningServer server;
  const ClientResponse broken = server.post(kChat, "{\"messages\": [");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(error_of(broken)["type"], "invalid_request_error");
  EXPECT_EQ(error_of(broken)["code"], "invalid_json");
  EXPECT_EQ(error_of(server.post(kChat, "{}"))["param"], "messages");
  EXPECT_EQ(server.post(kChat, kWhy, "Content-Type: text/plain\r\n").status, 415);
  const ClientResponse long_one = server.post(kChat, R"({"messages":[{"role":"user","content":"too long"}]})");
  EXPECT_EQ(long_one.status, 400);
  EXPECT_EQ(error_of(long_one)["code"], "context_length_exceeded");
  const ClientResponse streamed =
      server.post(kChat, R"({"messages":[{"role":"user","content":"too long"}],"stream":true})");
  EXPECT_EQ(streamed.status, 400) << "nothing was streamed yet";
}

TEST(ServerTest, FaultsOfTheProgramAreToldToItsOwnerOnly) {
  ServeOptions options;
  std::string told;
  options.on_fault = [&told](std::string_view message) { told = message; };
  RunningServer server(options);
  const ClientResponse response = server.post(kChat, R"({"messages":[{"role":"user","content":"broken program"}]})");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("secret place")));
  static_cast<void>(server.stop());
  EXPECT_THAT(told, HasSubstr("secret place"));
}

TEST(ServerTest, AConnectionHasManyRequests) {
  const RunningServer server;
  HttpClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(request_text("POST", kChat, kWhy));
    EXPECT_EQ(client.read().status, 200);
  }
  client.send(request_text("GET", "/healthz") + request_text("GET", "/nothing") +
              request_text("POST", kChat, kWhyStreamed) + request_text("GET", "/healthz", "", "Connection: close\r\n"));
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.read().status, 404);
  EXPECT_THAT(client.read().body, HasSubstr("[DONE]"));
  EXPECT_EQ(client.read().status, 200);
  EXPECT_TRUE(client.at_end());
}

TEST(ServerTest, OldClientsGetABodyThatEndsWithTheConnection) {
  const RunningServer server;
  HttpClient client(server.port());
  client.send(
      "POST /v1/chat/completions HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(std::string(kWhyStreamed).size()) + "\r\n\r\n" + kWhyStreamed);
  const ClientResponse response = client.read();
  EXPECT_EQ(response.headers.count("transfer-encoding"), 0U);
  EXPECT_EQ(events_of(response.body).size(), 8U) << "role, six pieces, end";
}

TEST(ServerTest, CountsWhatItDid) {
  const RunningServer server;
  static_cast<void>(server.post(kChat, kWhy));
  static_cast<void>(server.post(kChat, "{"));
  static_cast<void>(server.get("/nothing\"x"));
  EXPECT_EQ(server.metric("at2_responses_total{route=\"/v1/chat/completions\",status=\"200\"}"), "1");
  EXPECT_EQ(server.metric("at2_responses_total{route=\"/v1/chat/completions\",status=\"400\"}"), "1");
  EXPECT_EQ(server.metric("at2_responses_total{route=\"other\",status=\"404\"}"), "1");
  EXPECT_EQ(server.metric("at2_generated_tokens_total"), "6");
  EXPECT_EQ(server.metric("at2_generate_seconds_total"), "0.5");
  EXPECT_EQ(server.metric("at2_queue_length"), "0");
}

TEST(ServerTest, ATokenGuardsEverythingButThePage) {
  ServeOptions options;
  options.token = "a-secret-of-some-length";
  const RunningServer server(options);
  for (const char* path : {"/v1/models", "/metrics", "/nothing"}) {
    const ClientResponse refused = server.get(path);
    EXPECT_EQ(refused.status, 401) << path;
    EXPECT_EQ(refused.headers.at("www-authenticate"), "Bearer");
  }
  EXPECT_EQ(server.post(kChat, kWhy).status, 401);
  EXPECT_EQ(server.post(kChat, kWhy, "Authorization: Bearer a-secret-of-some-lengtH\r\n").status, 401);
  EXPECT_EQ(server.post(kChat, kWhy, "Authorization: Bearer a-secret-of-some-length\r\n").status, 200);
  EXPECT_EQ(server.get("/").status, 200);
  EXPECT_EQ(server.engine.begun, 1) << "the model worked for the one who may";
}

TEST(ServerTest, OtherSitesCannotUseAServerWithoutAToken) {
  const RunningServer server;
  EXPECT_EQ(server.get("/v1/models", "Host: evil.example.org\r\n").status, 403) << "DNS rebinding";
  EXPECT_EQ(server.post(kChat, kWhy, "Origin: http://evil.example.org\r\n").status, 403);
  EXPECT_EQ(server.post(kChat, kWhy, "Origin: http://localhost\r\n").status, 200);
  EXPECT_EQ(server.engine.begun, 1);
}

TEST(ServerTest, AddressesOfOthersNeedAToken) {
  testing::ScriptedEngine engine;
  for (const char* host : {"0.0.0.0", "::", "not-an-address"}) {
    ServeOptions options;
    options.host = host;
    options.port = 0;
    EXPECT_THROW(Server(engine, options), UserError) << host;
  }
  ServeOptions options;
  options.host = "0.0.0.0";
  options.port = 0;
  options.token = "a-secret-of-some-length";
  EXPECT_NO_THROW(Server(engine, options));
}

TEST(ServerTest, APortInUseIsRefused) {
  const RunningServer server;
  testing::ScriptedEngine engine;
  ServeOptions options;
  options.port = server.port();
  EXPECT_THROW(Server(engine, options), UserError);
}

TEST(ServerTest, APortIsFreeAgainAtOnce) {
  testing::ScriptedEngine engine;
  ServeOptions options;
  options.port = 0;
  {
    RunningServer server;
    options.port = server.port();
    // The server ends the connection, so that its side waits in TIME_WAIT.
    EXPECT_EQ(server.get("/healthz", "Connection: close\r\n").status, 200);
  }
  EXPECT_NO_THROW(Server(engine, options));
}

}  // namespace
}  // namespace at2
