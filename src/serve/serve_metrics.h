/// \file serve/serve_metrics.h
/// \brief What the server has done, counted, as text for Prometheus.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/timer.h"
#include "report/answer.h"

namespace at2 {

/// Why an answer in hand came to nothing.
enum class CutReason { client_gone, out_of_time, stopping };
[[nodiscard]] const char* to_text(CutReason reason);

/// How things stand at this moment.
struct ServeGauges {
  std::size_t queue_length = 0;
  std::size_t in_flight = 0;
};

/// Any thread may count.
class ServeMetrics {
 public:
  /// \param route  of the table of routes, or "other"
  void count_response(const std::string& route, int status);
  void count_answer(const AttributedAnswer& answer);
  void count_cut(CutReason reason);

  /// In Prometheus' text format.
  [[nodiscard]] std::string text(const ServeGauges& gauges) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::int64_t> responses_;
  std::map<CutReason, std::int64_t> cut_;
  std::int64_t answers_ = 0;
  std::int64_t prompt_tokens_ = 0;
  std::int64_t response_tokens_ = 0;
  double generate_seconds_ = 0;
  double attribute_seconds_ = 0;
  Timer uptime_;
};

}  // namespace at2
