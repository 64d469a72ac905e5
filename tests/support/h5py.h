/// \file support/h5py.h
/// \brief Python's view of our HDF5 files.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/test_files.h"

namespace at2 {

/// Whether the distribution's Python has h5py. A test that needs it is skipped otherwise; where every test must run
/// (AT2_TEST_ALL is set), this fails it first.
inline bool has_h5py() {
  const bool found = std::system("/usr/bin/python3 -c 'import h5py' 2>/dev/null") == 0;
  if (!found && std::getenv("AT2_TEST_ALL") != nullptr) {
    ADD_FAILURE() << "python3-h5py is not installed: launch/setup --checks installs it";
  }
  return found;
}

/// Runs a Python script with `file` as its argument. \return its exit status; what it says goes to standard error
inline int run_python(const TestFolder& folder, const std::string& script, const std::filesystem::path& file) {
  const std::string command = "/usr/bin/python3 " + folder.write("script.py", script).string() + " " + file.string();
  return std::system(command.c_str());
}

}  // namespace at2
