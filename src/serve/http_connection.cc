#include "serve/http_connection.h"

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "serve/accepted_socket.h"
#include "serve/api_error.h"
#include "serve/http_text.h"

namespace at2 {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr double kLingerSeconds = 2;

std::optional<std::string> header(const http::request<http::string_body>& request, http::field name) {
  const auto found = request.find(name);
  if (found == request.end()) return std::nullopt;
  return std::string(found->value());
}

HttpRequest request_of(http::request<http::string_body> message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  request.host = header(message, http::field::host);
  request.origin = header(message, http::field::origin);
  request.authorization = header(message, http::field::authorization);
  request.content_type = header(message, http::field::content_type);
  request.body = std::move(message.body());
  return request;
}

/// What to tell a client whose request could not be read; nothing where the connection is simply over.
std::optional<ApiFault> fault_of_reading(const error_code& error, bool timed_out) {
  if (timed_out) return ApiFault{408, "the request took too long to come", "", "", 0};
  if (error == http::error::body_limit)
    return ApiFault{413, "the body is larger than this server takes", "", "body_too_large", 0};
  if (error == http::error::header_limit) return ApiFault{431, "the head of the request is too large", "", "", 0};
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return ApiFault{400, "this is no request of HTTP/1.1: " + error.message(), "", "", 0};
  }
  return std::nullopt;
}

class Connection : public HttpConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, ConnectionParts parts)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), parts_(std::move(parts)) {}

  void start() override {
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    wait_for_request();
  }
  void stop() override {
    stopping_ = true;
    if (state_ != State::answering) close();
  }
  void close() override {
    if (closed_) return;
    closed_ = true;
    gone_ = true;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
    parts_.on_end(this);
  }

  void respond(const HttpResponse& response) {
    std::string text = head_text(response, BodyFraming::length, keep_alive());
    if (!head_only_) text += response.body;
    ended_ = true;
    push(std::move(text));
  }
  void begin(const HttpResponse& head) {
    // A client of HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
    framing_ = version_ >= 11 ? BodyFraming::chunks : BodyFraming::close;
    if (framing_ == BodyFraming::close) keep_ = false;
    push(head_text(head, framing_, keep_alive()));
  }
  void write(std::string piece) {
    if (piece.empty() || head_only_) return;
    push(framing_ == BodyFraming::chunks ? chunk_text(piece) : std::move(piece));
  }
  void finish() {
    ended_ = true;
    push(framing_ == BodyFraming::chunks && !head_only_ ? last_chunk_text() : std::string());
  }
  [[nodiscard]] bool gone() const { return gone_; }
  [[nodiscard]] asio::any_io_executor executor() { return socket_.get_executor(); }

 private:
  enum class State { idle, reading, answering, closing };

  [[nodiscard]] KeepAlive keep_alive() const { return keep_ && !stopping_ ? KeepAlive::yes : KeepAlive::no; }

  void wait_for_request();
  void read_head();
  void read_body();
  void on_read_error(const error_code& error);
  void answer();
  void watch_client();
  void on_readable();
  void push(std::string text);
  void write_next();
  void after_response();
  void linger();
  void set_deadline(double seconds);
  void clear_deadline() { timer_.expires_at(Clock::time_point::max()); }

  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;
  ConnectionParts parts_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::deque<std::string> outbox_;
  std::array<char, 4096> rest_{};
  State state_ = State::idle;
  std::int64_t requests_ = 0;
  BodyFraming framing_ = BodyFraming::length;
  unsigned version_ = 11;
  bool keep_ = true;
  bool head_only_ = false;
  bool ended_ = false;
  bool writing_ = false;
  bool timed_out_ = false;
  bool stopping_ = false;
  bool closed_ = false;
  std::atomic<bool> gone_ = false;
};

/// Hands everything to the connection's thread.
class ConnectionReply : public Reply {
 public:
  explicit ConnectionReply(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  void send(HttpResponse response) override {
    post([response = std::move(response)](Connection& connection) { connection.respond(response); });
  }
  void begin(HttpResponse head) override {
    post([head = std::move(head)](Connection& connection) { connection.begin(head); });
  }
  void write(std::string piece) override {
    post([piece = std::move(piece)](Connection& connection) mutable { connection.write(std::move(piece)); });
  }
  void finish() override {
    post([](Connection& connection) { connection.finish(); });
  }
  [[nodiscard]] bool gone() const override { return connection_->gone(); }

 private:
  template <typename Step>
  void post(Step step) {
    asio::post(connection_->executor(), [connection = connection_, step = std::move(step)]() mutable {
      if (!connection->gone()) step(*connection);
    });
  }
  std::shared_ptr<Connection> connection_;
};

void Connection::wait_for_request() {
  if (stopping_) return close();
  state_ = State::idle;
  timed_out_ = false;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(parts_.limits.head_bytes));
  parser_->body_limit(parts_.limits.body_bytes);
  if (buffer_.size() > 0) return read_head();
  set_deadline(parts_.limits.idle_seconds);
  socket_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, std::size_t count) {
    if (error) return self->close();
    self->buffer_.commit(count);
    self->read_head();
  });
}

void Connection::read_head() {
  state_ = State::reading;
  set_deadline(parts_.limits.head_seconds);
  http::async_read_header(socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
    if (error) return self->on_read_error(error);
    self->read_body();
  });
}

void Connection::read_body() {
  version_ = parser_->get().version();
  keep_ = parser_->keep_alive();
  set_deadline(parts_.limits.body_seconds);
  const auto expect = header(parser_->get(), http::field::expect);
  if (expect && beast::iequals(*expect, "100-continue") && !parser_->is_done()) {
    // A few bytes on a fresh response: the socket's buffer has room for them.
    error_code ignored;
    socket_.write_some(asio::buffer("HTTP/1.1 100 Continue\r\n\r\n", 25), ignored);
  }
  http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
    if (error) return self->on_read_error(error);
    self->answer();
  });
}

void Connection::on_read_error(const error_code& error) {
  if (closed_) return;
  const auto fault = fault_of_reading(error, timed_out_);
  if (!fault || stopping_) return close();
  state_ = State::answering;
  head_only_ = false;
  keep_ = false;
  parts_.on_unreadable(fault->status);
  respond(fault_response(*fault));
}

void Connection::answer() {
  if (closed_) return;
  clear_deadline();
  state_ = State::answering;
  ended_ = false;
  ++requests_;
  head_only_ = parser_->get().method() == http::verb::head;
  HttpRequest request = request_of(parser_->release());
  watch_client();
  parts_.handler(std::move(request), std::make_shared<ConnectionReply>(shared_from_this()));
}

/// A client that goes away while it waits is noticed by the end of its stream.
void Connection::watch_client() {
  socket_.async_wait(asio::socket_base::wait_read, [self = shared_from_this(), number = requests_](error_code error) {
    if (!error && self->state_ == State::answering && number == self->requests_) self->on_readable();
  });
}

void Connection::on_readable() {
  char peeked = 0;
  error_code error;
  const std::size_t count = socket_.receive(asio::buffer(&peeked, 1), asio::socket_base::message_peek, error);
  if (error == asio::error::would_block) return watch_client();
  // A next request that is there already hides the end of the stream: then writing will tell.
  if (error || count == 0) close();
}

void Connection::push(std::string text) {
  if (closed_) return;
  if (!text.empty()) outbox_.push_back(std::move(text));
  if (writing_) return;
  if (!outbox_.empty()) return write_next();
  if (ended_) after_response();
}

void Connection::write_next() {
  writing_ = true;
  set_deadline(parts_.limits.write_seconds);
  asio::async_write(socket_, asio::buffer(outbox_.front()), [self = shared_from_this()](error_code error, std::size_t) {
    self->writing_ = false;
    if (error) return self->close();
    self->outbox_.pop_front();
    self->clear_deadline();
    self->push("");
  });
}

void Connection::after_response() {
  ended_ = false;
  if (keep_alive() == KeepAlive::yes) return wait_for_request();
  linger();
}

/// A client that is still sending would lose the response if the socket were closed at once.
void Connection::linger() {
  if (state_ != State::closing) {
    state_ = State::closing;
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    set_deadline(kLingerSeconds);
  }
  socket_.async_read_some(asio::buffer(rest_), [self = shared_from_this()](error_code error, std::size_t) {
    if (error) return self->close();
    self->linger();
  });
}

void Connection::set_deadline(double seconds) {
  timer_.expires_after(std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)));
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    // A deadline that was moved when its handler stood in the line already.
    if (error || !self || self->timer_.expiry() > Clock::now()) return;
    self->timed_out_ = true;
    error_code ignored;
    self->socket_.cancel(ignored);
  });
}

}  // namespace

std::shared_ptr<HttpConnection> make_connection(AcceptedSocket socket, ConnectionParts parts) {
  return std::make_shared<Connection>(std::move(socket.socket), std::move(parts));
}

}  // namespace at2
