#include "base/deps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "base/errors.h"
#include "support/test_files.h"

namespace at2 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Sets AT2_DEPS, and puts it back on leaving.
class ScopedDeps {
 public:
  explicit ScopedDeps(const std::string& folder) {
    if (const char* before = std::getenv("AT2_DEPS")) before_ = before;
    ::setenv("AT2_DEPS", folder.c_str(), 1);
  }
  ~ScopedDeps() {
    if (before_) {
      ::setenv("AT2_DEPS", before_->c_str(), 1);
    } else {
      ::unsetenv("AT2_DEPS");
    }
  }
  ScopedDeps(const ScopedDeps&) = delete;
  ScopedDeps& operator=(const ScopedDeps&) = delete;

 private:
  std::optional<std::string> before_;
};

TEST(DepsTest, EnvironmentChoosesTheFolder) {
  const ScopedDeps deps("/some/where");
  EXPECT_EQ(deps_dir(), "/some/where");
}

TEST(DepsTest, EmptyEnvironmentMeansTheFolderOfTheBuild) {
  const ScopedDeps deps("");
  EXPECT_FALSE(deps_dir().empty());
}

TEST(DepsTest, MissingPartsNameThemselvesAndTheSetUp) {
  const TestFolder folder;
  const ScopedDeps deps(folder.path().string());
  EXPECT_THAT(message_of([] { (void)default_model_path(); }),
              AllOf(HasSubstr("default model"), HasSubstr(folder.path().string()), HasSubstr("launch/setup")));
  EXPECT_THAT(message_of([] { (void)punkt_dir(); }), AllOf(HasSubstr("sentence splitter"), HasSubstr("launch/setup")));
}

TEST(DepsTest, PartsThatAreThereAreFound) {
  const TestFolder folder;
  (void)folder.write("models/SmolLM2-135M-Instruct.Q4_1.gguf", "x");
  const ScopedDeps deps(folder.path().string());
  EXPECT_EQ(default_model_path(), folder.path() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf");
}

}  // namespace
}  // namespace at2
