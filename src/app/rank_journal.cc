#include "app/rank_journal.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "app/peak_memory.h"
#include "base/errors.h"
#include "config/provenance.h"

namespace at2 {
namespace {

/// A file of each rank and an fsync for it: seldom enough for thousands of ranks.
constexpr double kSecondsBetween = 10;

}  // namespace

RankJournal::RankJournal(std::filesystem::path folder, RankRecord record)
    : folder_(std::move(folder)), record_(std::move(record)), exceptions_before_(std::uncaught_exceptions()) {
  write_rank_record(folder_, record_);
}

RankJournal::~RankJournal() {
  record_.state = std::uncaught_exceptions() > exceptions_before_ ? RankState::stopped : last_state_;
  write();
}

void RankJournal::begin(const std::string& stage) {
  // The first stage has the memory from before it too: that of loading the model.
  if (!record_.costs.empty() && record_.costs.back().stage != stage) reset_peak_memory(device_);
  record_.stage = stage;
  seconds_before_ = cost_of(stage).seconds;
  stage_timer_ = Timer();
  write();
}

void RankJournal::passes(double forward, double backward) {
  if (record_.stage.empty()) return;
  RankCost& cost = cost_of(record_.stage);
  cost.forward_passes = static_cast<std::int64_t>(forward);
  cost.backward_passes = static_cast<std::int64_t>(backward);
}

void RankJournal::chunk_done(std::int64_t bytes) {
  RankCost& cost = cost_of(record_.stage);
  ++cost.chunks;
  cost.bytes_written += bytes;
  count_time();
  if (since_written_.seconds() > kSecondsBetween) write();
}

void RankJournal::waited(double seconds) { cost_of(record_.stage).waited_seconds += seconds; }

void RankJournal::end() {
  count_time();
  note_memory();
  record_.stage.clear();
  write();
}

RankCost& RankJournal::cost_of(const std::string& stage) {
  AT2_EXPECT(!stage.empty(), "a stage has begun");
  for (RankCost& cost : record_.costs) {
    if (cost.stage == stage) return cost;
  }
  RankCost cost;
  cost.stage = stage;
  cost.rank = record_.rank;
  cost.host = record_.host;
  cost.device = device_;
  return record_.costs.emplace_back(std::move(cost));
}

void RankJournal::count_time() { cost_of(record_.stage).seconds = seconds_before_ + stage_timer_.seconds(); }

void RankJournal::note_memory() {
  if (record_.stage.empty()) return;
  RankCost& cost = cost_of(record_.stage);
  cost.peak_resident_bytes = std::max(cost.peak_resident_bytes, peak_resident_bytes());
  cost.peak_device_bytes = std::max(cost.peak_device_bytes, peak_device_bytes(device_));
}

void RankJournal::write() {
  note_memory();
  record_.updated = utc_now();
  since_written_ = Timer();
  try {
    write_rank_record(folder_, record_);
  } catch (const UserError&) {
    // Shards will say if the disk is full; a record that is old must not end a run.
  }
}

}  // namespace at2
