#include "serve/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <map>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "serve/accepted_socket.h"
#include "serve/http_connection.h"
#include "serve/service.h"

namespace at2 {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr double kAcceptPauseSeconds = 0.1;

std::chrono::steady_clock::duration duration_of(double seconds) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
}

asio::ip::address address_of(const ServeOptions& options) {
  error_code error;
  const auto address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  if (error) {
    throw UserError("--host " + options.host + " is no address",
                    "expected localhost, 127.0.0.1, ::1 or another address",
                    "write the address in numbers; 0.0.0.0 stands for all of this machine");
  }
  if (!address.is_loopback() && options.token.empty()) {
    throw UserError("--host " + options.host + " needs a token",
                    "everybody who reaches that address could use the model",
                    "write a secret into a file and give --token-file FILE, or set AT2_TOKEN");
  }
  return address;
}

tcp::acceptor listen_at(asio::io_context& io, const tcp::endpoint& endpoint) {
  try {
    // The acceptor reuses the address: connections of a server before, which linger, are in nobody's way.
    return tcp::acceptor(io, endpoint, true);
  } catch (const boost::system::system_error& error) {
    throw UserError("cannot listen on " + endpoint.address().to_string() + " port " + std::to_string(endpoint.port()),
                    error.code().message(), "take another --port, or end the program that uses it");
  }
}

}  // namespace

class Server::Parts {
 public:
  Parts(AnswerEngine& engine, const ServeOptions& options)
      : options_(options),
        acceptor_(listen_at(io_, {address_of(options), options.port})),
        accept_pause_(io_),
        stop_timer_(io_),
        signals_(io_),
        service_(engine, options, acceptor_.local_endpoint().address().to_string()) {}

  /// Connections refer to the service, and the service's thread to connections.
  ~Parts() {
    service_.begin_stop({});
    service_.cut();
  }

  [[nodiscard]] tcp::endpoint endpoint() const { return endpoint_; }
  ServeEnd run() {
    if (options_.signals == StopSignals::take) {
      signals_.add(SIGTERM);
      signals_.add(SIGINT);
      signals_.async_wait([this](error_code error, int) {
        if (!error) begin_stop();
      });
    }
    accept();
    io_.run();
    return end_;
  }
  void request_stop() {
    asio::post(io_, [this] { begin_stop(); });
  }

 private:
  void accept();
  void add(tcp::socket socket);
  void begin_stop();
  void cut();
  void abandon();
  void end_if_done();

  ServeOptions options_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  const tcp::endpoint endpoint_ = acceptor_.local_endpoint();
  asio::steady_timer accept_pause_;
  asio::steady_timer stop_timer_;
  asio::signal_set signals_;
  std::map<HttpConnection*, std::shared_ptr<HttpConnection>> connections_;
  bool accepting_ = false;
  bool stopping_ = false;
  bool worker_ended_ = false;
  ServeEnd end_ = ServeEnd::complete;
  Service service_;
};

void Server::Parts::accept() {
  if (stopping_ || accepting_ || connections_.size() >= options_.limits.connections) return;
  accepting_ = true;
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    accepting_ = false;
    if (stopping_ || error == asio::error::operation_aborted) return;
    if (!error) {
      add(std::move(socket));
      return accept();
    }
    // Too many open files, for instance: others will be closed.
    accept_pause_.expires_after(duration_of(kAcceptPauseSeconds));
    accept_pause_.async_wait([this](error_code stopped) {
      if (!stopped) accept();
    });
  });
}

void Server::Parts::add(tcp::socket socket) {
  ConnectionParts parts{
      options_.limits,
      [this](const HttpRequest& request, const std::shared_ptr<Reply>& reply) { service_.handle(request, reply); },
      [this](int status) { service_.count_unreadable(status); },
      [this](HttpConnection* ended) {
        connections_.erase(ended);
        stopping_ ? end_if_done() : accept();
      }};
  const auto connection = make_connection({std::move(socket)}, std::move(parts));
  connections_.emplace(connection.get(), connection);
  connection->start();
}

void Server::Parts::begin_stop() {
  if (stopping_) return;
  stopping_ = true;
  // From now on a signal ends the process at once.
  signals_.cancel();
  signals_.clear();
  error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  stop_timer_.expires_after(duration_of(options_.limits.grace_seconds));
  stop_timer_.async_wait([this](error_code error) {
    if (!error) cut();
  });
  service_.begin_stop([this] {
    asio::post(io_, [this] {
      worker_ended_ = true;
      end_if_done();
    });
  });
  // Closing one takes it out of the map.
  std::vector<std::shared_ptr<HttpConnection>> open;
  for (const auto& [key, connection] : connections_) open.push_back(connection);
  for (const auto& connection : open) connection->stop();
}

void Server::Parts::cut() {
  service_.cut();
  stop_timer_.expires_after(duration_of(options_.limits.abandon_seconds));
  stop_timer_.async_wait([this](error_code error) {
    if (!error) abandon();
  });
}

void Server::Parts::abandon() {
  if (!worker_ended_) end_ = ServeEnd::abandoned;
  io_.stop();
}

void Server::Parts::end_if_done() {
  if (worker_ended_ && connections_.empty()) io_.stop();
}

void check_address(const ServeOptions& options) { static_cast<void>(address_of(options)); }

Server::Server(AnswerEngine& engine, const ServeOptions& options) : parts_(std::make_unique<Parts>(engine, options)) {}

Server::~Server() = default;

std::uint16_t Server::port() const { return parts_->endpoint().port(); }

std::string Server::url() const {
  const auto address = parts_->endpoint().address();
  const std::string name = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return "http://" + name + ":" + std::to_string(port());
}

ServeEnd Server::run() { return parts_->run(); }

void Server::request_stop() { parts_->request_stop(); }

}  // namespace at2
