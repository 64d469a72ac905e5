/// \file support/nccl_stand_in.h
/// \brief What the test doubles of a GPU's stream and of NCCL (nccl_stand_in.cc) know of each other.
#pragma once

#include <atomic>

/// A stream: how much work on it is not done, and whether its device has failed.
struct StandInStream {
  std::atomic<int> unfinished = 0;
  std::atomic<bool> failed = false;
};
