/// \file serve/http_client.h
/// \brief A client of few lines, which can also misbehave.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace at2::testing {

struct ClientResponse {
  /// 0 where the connection ended without one.
  int status = 0;
  /// By their names in small letters.
  std::map<std::string, std::string> headers;
  std::string body;
};

/// One connection to a port of this machine. Reading gives up after 20 seconds.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~HttpClient() { close(); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void send(std::string_view text) const {
    while (!text.empty()) {
      const auto count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  /// Whether the server ends the connection, which it must do without sending more.
  [[nodiscard]] bool at_end() { return buffer_.empty() && !receive(); }
  /// Waits until some text has come, and tells whether it has.
  [[nodiscard]] bool wait_for(std::string_view text) {
    while (buffer_.find(text) == std::string::npos) {
      if (!receive()) return false;
    }
    return true;
  }

  [[nodiscard]] ClientResponse read(std::string_view method = "GET") {
    ClientResponse response;
    if (!wait_for("\r\n\r\n")) return response;
    const std::size_t end = buffer_.find("\r\n\r\n");
    parse_head(buffer_.substr(0, end + 2), response);
    buffer_.erase(0, end + 4);
    if (response.status == 100) return read(method);
    if (method == "HEAD") return response;
    if (response.headers.count("content-length") != 0) {
      response.body = take(std::stoul(response.headers["content-length"]));
    } else if (response.headers.count("transfer-encoding") != 0) {
      read_chunks(response);
    } else {
      while (receive()) {
      }
      response.body.swap(buffer_);
    }
    return response;
  }

 private:
  bool receive() {
    char part[4096];
    const auto count = ::recv(socket_, part, sizeof part, 0);
    if (count > 0) buffer_.append(part, static_cast<std::size_t>(count));
    return count > 0;
  }
  std::string take(std::size_t count) {
    while (buffer_.size() < count && receive()) {
    }
    const std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }
  void read_chunks(ClientResponse& response) {
    while (wait_for("\r\n")) {
      const std::size_t size = std::stoul(buffer_, nullptr, 16);
      buffer_.erase(0, buffer_.find("\r\n") + 2);
      response.body += take(size);
      static_cast<void>(take(2));
      if (size == 0) return;
    }
    response.status = 0;
  }
  static void parse_head(const std::string& head, ClientResponse& response) {
    response.status = std::stoi(head.substr(9, 3));
    for (std::size_t begin = head.find("\r\n") + 2; begin < head.size();) {
      const std::size_t end = head.find("\r\n", begin);
      const std::string line = head.substr(begin, end - begin);
      const std::size_t colon = line.find(": ");
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
      response.headers[name] = line.substr(colon + 2);
      begin = end + 2;
    }
  }

  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

/// The text of a request.
inline std::string request_text(std::string_view method, std::string_view target, std::string_view body = "",
                                std::string_view headers = "") {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  if (headers.find("Host:") == std::string_view::npos) text += "Host: localhost\r\n";
  text.append(headers);
  if (method == "POST") {
    if (headers.find("Content-Type:") == std::string_view::npos) text += "Content-Type: application/json\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text.append("\r\n").append(body);
}

/// One request on a connection of its own.
inline ClientResponse fetch(std::uint16_t port, std::string_view method, std::string_view target,
                            std::string_view body = "", std::string_view headers = "") {
  HttpClient client(port);
  client.send(request_text(method, target, body, headers));
  return client.read(method);
}

}  // namespace at2::testing
