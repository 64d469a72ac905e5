/// \file store/claim.h
/// \brief Which process is computing which file, for processes that know each other by a common folder only.
///
/// A claim is a file beside the one that is being computed: chunk-00012.claim beside chunk-00012.h5. It says who holds
/// it and is written to again and again while its holder lives. Claims save work; no result depends on them: whoever
/// computes a file writes the same values, and a file appears as a whole. So a claim may be lost, or be held by two,
/// without harm.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace at2 {

/// `file` with the ending .claim; where `file` is a link, beside what it leads to.
[[nodiscard]] std::filesystem::path claim_path(const std::filesystem::path& file);

/// A claim that this process holds, kept alive by a thread of its own; given up when it is destroyed.
class Claim {
 public:
  /// Makes the claim's file, unless there is one.
  /// \param lifetime  after which others take a claim that does not change for dead; it is written to six times as
  /// often \return nothing if the file is there: another process (or this one) holds the claim, or died with it \throws
  /// UserError if the file cannot be made
  [[nodiscard]] static std::unique_ptr<Claim> take(const std::filesystem::path& path,
                                                   std::chrono::duration<double> lifetime);
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  Claim(std::filesystem::path path, std::string holder, int descriptor, std::chrono::duration<double> lifetime);
  void write_beat(std::int64_t beat) const;
  void keep_alive(std::chrono::duration<double> interval);

  std::filesystem::path path_;
  std::string holder_;
  int descriptor_;
  std::mutex mutex_;
  std::condition_variable released_;
  bool is_released_ = false;
  std::thread thread_;
};

/// What looking at a claim found.
enum class ClaimState { absent, held, removed };

/// Looks at claims of others and removes the dead ones. A claim is dead if its holder ran on this machine and is gone,
/// or if looks at it have found it unchanged for its lifetime. Only the time between looks by this observer's own clock
/// counts, so that clocks of different machines need not agree and may jump.
class ClaimWatch {
 public:
  explicit ClaimWatch(std::chrono::duration<double> lifetime) : lifetime_(lifetime) {}

  /// ClaimState::removed if the claim was dead: then it is free, unless another has just taken it.
  /// \throws UserError if a dead claim cannot be removed
  ClaimState look(const std::filesystem::path& path);

 private:
  struct Sight {
    std::string content;
    std::chrono::steady_clock::time_point since;
  };
  std::chrono::duration<double> lifetime_;
  std::map<std::filesystem::path, Sight> sights_;
};

/// Whether the holder of a claim ran on this machine and is gone. Changes nothing.
[[nodiscard]] bool is_of_dead_process(const std::filesystem::path& claim);

/// Removes all claims of a folder whose files are all there.
void remove_claims(const std::filesystem::path& folder);

}  // namespace at2
