// Clients that are many, slow, gone or too greedy, and a server that has to stop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "serve/running_server.h"

namespace at2 {
namespace {

using testing::becomes_true;
using testing::ClientResponse;
using ::testing::HasSubstr;
using testing::HttpClient;
using testing::request_text;
using testing::RunningServer;

constexpr const char* kChat = "/v1/chat/completions";
const std::string kWhy = request_text("POST", kChat, R"({"messages":[{"role":"user","content":"why"}]})");
const std::string kWhyStreamed =
    request_text("POST", kChat, R"({"messages":[{"role":"user","content":"why"}],"stream":true})");

/// An endless answer, a word each millisecond.
void talk_on(testing::ScriptedEngine& engine) {
  engine.script = [](const Question&) {
    std::string text;
    for (int i = 0; i < 30000; ++i) text += "on ";
    return text;
  };
  engine.pause = std::chrono::milliseconds(1);
}

TEST(ServerLimitsTest, LargeBodiesAreRefusedBeforeTheyAreRead) {
  ServeOptions options;
  options.limits.body_bytes = 1000;
  const RunningServer server(options);
  HttpClient announced(server.port());
  announced.send("POST /v1/attribute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n{");
  const ClientResponse refused = announced.read();
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.body, HasSubstr("body_too_large"));
  announced.close();
  HttpClient chunked(server.port());
  chunked.send("POST /v1/attribute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
               std::string(2000, ' '));
  EXPECT_EQ(chunked.read().status, 413);
  EXPECT_EQ(server.post("/v1/attribute", std::string(1000, ' ')).status, 400) << "as much as may be";
}

TEST(ServerLimitsTest, AClientThatStillSendsGetsItsRefusal) {
  ServeOptions options;
  options.limits.body_bytes = 1000;
  const RunningServer server(options);
  EXPECT_EQ(server.post("/v1/attribute", std::string(3000000, ' ')).status, 413);
}

TEST(ServerLimitsTest, LargeHeadsAreRefused) {
  const RunningServer server;
  EXPECT_EQ(server.get("/healthz", "X-Long: " + std::string(20000, 'x') + "\r\n").status, 431);
  EXPECT_EQ(server.metric("at2_responses_total{route=\"unreadable\",status=\"431\"}"), "1");
}

TEST(ServerLimitsTest, WhatIsNoHttpIsRefused) {
  const RunningServer server;
  for (const char* text : {"hello\r\n\r\n", "GET / HTTP/3.7\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"}) {
    HttpClient client(server.port());
    client.send(text);
    EXPECT_EQ(client.read().status, 400) << text;
  }
}

TEST(ServerLimitsTest, SlowClientsAreSentAway) {
  // Time without a request is not limited here: a test that is slow itself may not begin one within it.
  ServeOptions options;
  options.limits.head_seconds = 0.05;
  options.limits.body_seconds = 0.05;
  const RunningServer server(options);
  HttpClient head(server.port());
  head.send("GET /healthz HT");
  EXPECT_EQ(head.read().status, 408);
  EXPECT_TRUE(head.at_end());
  HttpClient body(server.port());
  body.send("POST /v1/attribute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{");
  EXPECT_EQ(body.read().status, 408);
}

TEST(ServerLimitsTest, ClientsWithoutARequestAreSentAwayWithoutAnAnswer) {
  ServeOptions options;
  options.limits.idle_seconds = 0.05;
  const RunningServer server(options);
  HttpClient idle(server.port());
  EXPECT_TRUE(idle.at_end());
}

TEST(ServerLimitsTest, AWaitingClientIsNotSentAway) {
  ServeOptions options;
  options.limits.head_seconds = 0.05;
  options.limits.body_seconds = 0.05;
  RunningServer server(options);
  server.engine.close_gate();
  HttpClient client(server.port());
  client.send(kWhy);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  server.engine.open_gate();
  EXPECT_EQ(client.read().status, 200);
}

TEST(ServerLimitsTest, HalfARequestHarmsNobody) {
  const RunningServer server;
  for (int i = 0; i < 20; ++i) {
    HttpClient client(server.port());
    client.send("POST /v1/attribute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{");
  }
  EXPECT_EQ(server.get("/healthz").status, 200);
}

TEST(ServerLimitsTest, ClientsThatAskFirstMaySendTheirBody) {
  const RunningServer server;
  HttpClient client(server.port());
  client.send(
      "POST /v1/attribute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_TRUE(client.wait_for("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("{}");
  EXPECT_EQ(client.read().status, 400) << "the query is missing";
}

TEST(ServerLimitsTest, AFullQueueSaysWhenToTryAgain) {
  ServeOptions options;
  options.limits.queue = 1;
  RunningServer server(options);
  server.engine.close_gate();
  HttpClient first(server.port());
  first.send(kWhy);
  EXPECT_TRUE(becomes_true([&] { return server.engine.begun == 1; }));
  HttpClient second(server.port());
  second.send(kWhy);
  EXPECT_TRUE(becomes_true([&] { return server.metric("at2_queue_length") == "1"; }));
  HttpClient third(server.port());
  third.send(kWhy);
  const ClientResponse refused = third.read();
  EXPECT_EQ(refused.status, 429);
  EXPECT_GE(std::stoi(refused.headers.at("retry-after")), 1);
  EXPECT_EQ(nlohmann::json::parse(refused.body)["error"]["type"], "rate_limit_error");
  server.engine.open_gate();
  EXPECT_EQ(first.read().status, 200);
  EXPECT_EQ(second.read().status, 200);
  third.send(kWhy);
  EXPECT_EQ(third.read().status, 200) << "the connection is as good as before";
}

TEST(ServerLimitsTest, WhoLeavesTheQueueMakesRoom) {
  ServeOptions options;
  options.limits.queue = 1;
  RunningServer server(options);
  server.engine.close_gate();
  HttpClient first(server.port());
  first.send(kWhy);
  EXPECT_TRUE(becomes_true([&] { return server.engine.begun == 1; }));
  HttpClient second(server.port());
  second.send(kWhy);
  EXPECT_TRUE(becomes_true([&] { return server.metric("at2_queue_length") == "1"; }));
  second.close();
  HttpClient third(server.port());
  // Refused until the server has noticed.
  EXPECT_TRUE(becomes_true([&] {
    const std::string refused = "at2_responses_total{route=\"/v1/chat/completions\",status=\"429\"}";
    const std::string before = server.metric(refused);
    third.send(kWhy);
    // What comes after it over other connections is answered after it.
    for (int i = 0; i < 3; ++i) EXPECT_EQ(server.get("/healthz").status, 200);
    if (server.metric(refused) == before) return true;
    EXPECT_EQ(third.read().status, 429);
    return false;
  }));
  server.engine.open_gate();
  EXPECT_EQ(first.read().status, 200);
  EXPECT_EQ(third.read().status, 200);
  EXPECT_EQ(server.engine.begun, 2) << "nobody answers a client that is gone";
}

TEST(ServerLimitsTest, AnAnswerEndsWhenItsClientGoesAway) {
  for (const std::string& request : {kWhy, kWhyStreamed}) {
    RunningServer server;
    talk_on(server.engine);
    HttpClient client(server.port());
    client.send(request);
    EXPECT_TRUE(becomes_true([&] { return server.engine.begun == 1; }));
    client.close();
    EXPECT_TRUE(becomes_true([&] { return server.engine.broken_off == 1; }));
    EXPECT_TRUE(becomes_true([&] { return server.metric("at2_cut_answers_total{reason=\"client_gone\"}") == "1"; }));
  }
}

TEST(ServerLimitsTest, AnAnswerMayNotTakeForEver) {
  ServeOptions options;
  // Time enough for a first word, which makes a stream's status 200.
  options.limits.answer_seconds = 1;
  RunningServer server(options);
  talk_on(server.engine);
  EXPECT_EQ(testing::fetch(server.port(), "POST", kChat, R"({"messages":[{"role":"user","content":"why"}]})").status,
            504);
  HttpClient streaming(server.port());
  streaming.send(kWhyStreamed);
  const ClientResponse cut = streaming.read();
  EXPECT_EQ(cut.status, 200) << "it had begun";
  EXPECT_THAT(cut.body, HasSubstr("out_of_time"));
  EXPECT_THAT(cut.body, ::testing::Not(HasSubstr("[DONE]")));
}

TEST(ServerLimitsTest, TwoHundredAtOnceAreAllAnswered) {
  ServeOptions options;
  options.limits.queue = 8;
  RunningServer server(options);
  server.engine.pause = std::chrono::milliseconds(1);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<HttpClient>(server.port()));
  for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->send(i % 2 == 0 ? kWhy : kWhyStreamed);
  int answered = 0;
  int refused = 0;
  for (const auto& client : clients) {
    const ClientResponse response = client->read();
    answered += response.status == 200 ? 1 : 0;
    refused += response.status == 429 && response.headers.count("retry-after") == 1 ? 1 : 0;
  }
  EXPECT_EQ(answered + refused, 200);
  EXPECT_GE(answered, 9) << "one in hand, eight waiting";
  EXPECT_EQ(server.engine.finished, answered);
}

TEST(ServerLimitsTest, ConnectionsBeyondTheLimitWaitForTheirTurn) {
  ServeOptions options;
  options.limits.connections = 2;
  const RunningServer server(options);
  auto first = std::make_unique<HttpClient>(server.port());
  HttpClient second(server.port());
  first->send(request_text("GET", "/healthz"));
  second.send(request_text("GET", "/healthz"));
  EXPECT_EQ(first->read().status, 200);
  EXPECT_EQ(second.read().status, 200);
  HttpClient third(server.port());
  third.send(request_text("GET", "/healthz"));
  first.reset();
  EXPECT_EQ(third.read().status, 200);
}

TEST(ServerStopTest, TheAnswerInHandIsFinishedAndOthersAreTurnedAway) {
  RunningServer server;
  server.engine.close_gate();
  HttpClient in_hand(server.port());
  in_hand.send(kWhy);
  EXPECT_TRUE(becomes_true([&] { return server.engine.begun == 1; }));
  HttpClient waiting(server.port());
  waiting.send(kWhy);
  EXPECT_TRUE(becomes_true([&] { return server.metric("at2_queue_length") == "1"; }));
  HttpClient idle(server.port());
  server.request_stop();
  const ClientResponse turned_away = waiting.read();
  EXPECT_EQ(turned_away.status, 503);
  EXPECT_EQ(turned_away.headers.count("retry-after"), 1U);
  EXPECT_TRUE(idle.at_end());
  EXPECT_FALSE(HttpClient(server.port()).connected());
  server.engine.open_gate();
  EXPECT_EQ(in_hand.read().status, 200);
  in_hand.close();
  waiting.close();
  EXPECT_EQ(server.join(), ServeEnd::complete);
}

TEST(ServerStopTest, AfterTheGraceTimeTheAnswerIsCut) {
  ServeOptions options;
  options.limits.grace_seconds = 0.05;
  RunningServer server(options);
  talk_on(server.engine);
  HttpClient client(server.port());
  client.send(kWhyStreamed);
  EXPECT_TRUE(client.wait_for("on "));
  server.request_stop();
  EXPECT_TRUE(client.wait_for("the server stops"));
  client.close();
  EXPECT_EQ(server.join(), ServeEnd::complete);
}

TEST(ServerStopTest, WhatCannotBeInterruptedIsAbandoned) {
  ServeOptions options;
  options.limits.grace_seconds = 0.02;
  options.limits.abandon_seconds = 0.02;
  RunningServer server(options);
  server.engine.close_gate();
  HttpClient client(server.port());
  client.send(kWhy);
  EXPECT_TRUE(becomes_true([&] { return server.engine.begun == 1; }));
  server.request_stop();
  EXPECT_EQ(server.join(), ServeEnd::abandoned);
}

TEST(ServerStopTest, StoppingAtOnceIsQuick) {
  for (int i = 0; i < 20; ++i) {
    RunningServer server;
    EXPECT_EQ(server.stop(), ServeEnd::complete);
  }
}

}  // namespace
}  // namespace at2
