/// \file app/rank_journal.h
/// \brief Keeps the record of this process in the run folder up to date (config/rank_record.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/timer.h"
#include "config/rank_record.h"

namespace at2 {

/// Written when it is made, at the begin and the end of a stage, after chunks (every few seconds), and when it is
/// destroyed. Only the first of these may fail; later ones are left out if the disk is full.
class RankJournal {
 public:
  /// \param folder  must exist
  /// \throws UserError if the record cannot be written
  RankJournal(std::filesystem::path folder, RankRecord record);
  /// The record then says whether an exception ended the program.
  ~RankJournal();
  RankJournal(const RankJournal&) = delete;
  RankJournal& operator=(const RankJournal&) = delete;

  /// As LibTorch names it: "cpu", "cuda:1".
  void set_device(const std::string& device) { device_ = device; }

  /// Starts the clock of a stage, which may go on where it was in this invocation.
  void begin(const std::string& stage);
  /// What the stage at hand has taken in this invocation, so far. Ignored outside of a stage.
  void passes(double forward, double backward);
  /// A shard is on disk.
  void chunk_done(std::int64_t bytes);
  /// Adds time without a chunk.
  void waited(double seconds);
  void end();

  /// The invocation ends before its work does, because it was asked to.
  void stopped() { last_state_ = RankState::stopped; }

 private:
  RankCost& cost_of(const std::string& stage);
  void count_time();
  void note_memory();
  void write();

  std::filesystem::path folder_;
  RankRecord record_;
  std::string device_ = "cpu";
  int exceptions_before_;
  RankState last_state_ = RankState::ended;
  /// Of the stage at hand, from before begin().
  double seconds_before_ = 0;
  Timer stage_timer_;
  Timer since_written_;
};

}  // namespace at2
