#include "serve/access.h"

#include <gtest/gtest.h>

namespace at2 {
namespace {

const AccessRules kOpen{"", "127.0.0.1"};
const AccessRules kGuarded{"a-secret-of-some-length", "0.0.0.0"};

HttpRequest from(const char* host) {
  HttpRequest request;
  request.host = host;
  return request;
}

int status_of(const HttpRequest& request, const AccessRules& rules, RouteAccess access = RouteAccess::guarded) {
  const auto fault = refusal(request, rules, access);
  return fault ? fault->status : 200;
}

TEST(ConstantTimeTest, OnlyEqualTextsAreEqual) {
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  for (const char* given : {"", "s", "secre", "secreT", "Secret", "secretsecret", "secret "}) {
    EXPECT_FALSE(equal_in_constant_time(given, "secret")) << given;
  }
  EXPECT_FALSE(equal_in_constant_time("secret", ""));
  EXPECT_FALSE(equal_in_constant_time(std::string_view("\0", 1), ""));
}

TEST(AccessTest, HostNamesLoseTheirPorts) {
  EXPECT_EQ(host_name("LocalHost:8080"), "localhost");
  EXPECT_EQ(host_name("[::1]:8080"), "::1");
  EXPECT_EQ(host_name("[::1]"), "::1");
  EXPECT_EQ(host_name("::1"), "::1");
  for (const char* odd : {"[::1", "[::1]evil.example.org", "localhost:80.evil.example.org", "[::1]:x"}) {
    EXPECT_EQ(host_name(odd), "") << odd;
  }
  EXPECT_EQ(host_name(""), "");
}

TEST(AccessTest, NamesThatOnlyLookLikeLoopbackAreNone) {
  for (const char* name : {"localhost", "127.0.0.1", "127.9.8.7", "::1"}) EXPECT_TRUE(is_loopback(name)) << name;
  for (const char* name : {"127.0.0.1.example.org", "localhost.example.org", "127.0.0", "127...1", "127.0.0.",
                           "10.0.0.1", "0.0.0.0", "::2", "", "127.0.0.1a"}) {
    EXPECT_FALSE(is_loopback(name)) << name;
  }
}

TEST(AccessTest, WithoutATokenTheHostMustBeThisMachine) {
  EXPECT_EQ(status_of(from("localhost:8080"), kOpen), 200);
  EXPECT_EQ(status_of(from("127.0.0.1"), kOpen), 200);
  EXPECT_EQ(status_of(from("evil.example.org"), kOpen), 403);
  EXPECT_EQ(status_of(from(""), kOpen), 403);
  EXPECT_EQ(status_of({}, kOpen, RouteAccess::open), 403) << "no Host at all, also for the page";
  EXPECT_EQ(status_of(from("192.168.1.5:80"), {"", "192.168.1.5"}), 200) << "the address that it listens on";
}

TEST(AccessTest, WithoutATokenOtherSitesAreRefused) {
  HttpRequest request = from("localhost:8080");
  request.origin = "http://localhost:8080";
  EXPECT_EQ(status_of(request, kOpen), 200);
  for (const char* origin :
       {"http://evil.example.org", "http://localhost:9999", "https://localhost:8080", "null", ""}) {
    request.origin = origin;
    EXPECT_EQ(status_of(request, kOpen), 403) << origin;
  }
}

TEST(AccessTest, ATokenIsNeededWhereThereIsOne) {
  HttpRequest request = from("anything.example.org");
  EXPECT_EQ(status_of(request, kGuarded), 401);
  EXPECT_EQ(status_of(request, kGuarded, RouteAccess::open), 200) << "the page itself has no secrets";
  request.authorization = "Bearer a-secret-of-some-length";
  EXPECT_EQ(status_of(request, kGuarded), 200);
  request.authorization = "bearer a-secret-of-some-length";
  EXPECT_EQ(status_of(request, kGuarded), 200) << "the scheme's letters may be small";
  for (const char* header : {"Bearer", "Bearer ", "Bearer a-secret", "Basic a-secret-of-some-length",
                             "a-secret-of-some-length", "Bearer a-secret-of-some-length "}) {
    request.authorization = header;
    EXPECT_EQ(status_of(request, kGuarded), 401) << header;
  }
}

}  // namespace
}  // namespace at2
