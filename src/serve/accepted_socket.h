/// \file serve/accepted_socket.h
/// \brief The socket of an accepted connection; for http_*.cc and server.cc only, since it brings in Asio.
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace at2 {

struct AcceptedSocket {
  boost::asio::ip::tcp::socket socket;
};

}  // namespace at2
