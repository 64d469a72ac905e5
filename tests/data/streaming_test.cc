// A data set is read record by record: memory does not grow with the file.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "data/readers.h"
#include "support/test_files.h"

namespace at2 {
namespace {

/// Lets the peak be measured anew. \returns whether this system can
bool reset_peak() {
  std::ofstream file("/proc/self/clear_refs");
  return static_cast<bool>(file << "5" << std::flush);
}

/// Largest resident memory since then, in MB.
double peak_megabytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

/// Natural Questions' layout: a long page, of which little becomes context.
std::string page(int number) {
  const std::string text = "<p>Paragraph " + std::to_string(number) + ".</p>";
  const nlohmann::json span = {{"start_byte", 0}, {"end_byte", 3}};
  return nlohmann::json{{"example_id", number},
                        {"question_text", "which paragraph"},
                        {"document_html", text + "<table>" + std::string(400000, 'x') + "</table>"},
                        {"annotations", {{{"long_answer", span}, {"short_answers", nlohmann::json::array()}}}}}
      .dump();
}

TEST(StreamingTest, MemoryDoesNotGrowWithTheFile) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer keeps memory that was given back";
#endif
  const TestFolder folder;
  DatasetOptions options;
  options.format = DatasetFormat::natural_questions;
  options.path = (folder.path() / "pages.jsonl").string();
  options.max_examples = 5;
  std::ofstream file(options.path);
  for (int number = 0; number < 200; ++number) file << page(number) << "\n";
  file.close();
  if (!reset_peak()) GTEST_SKIP() << "this system does not let the peak be measured";
  const double before = peak_megabytes();
  ReadReport report;
  EXPECT_EQ(read_examples(options, {}, report).size(), 5U);
  EXPECT_EQ(report.kept, 200);
  EXPECT_GT(before, 0);
  EXPECT_LT(peak_megabytes() - before, 20) << "the file has 80 MB";
}

}  // namespace
}  // namespace at2
