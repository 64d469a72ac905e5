// Writes the page of a made-up run, for report_page_test.py: report_page FILE
#include <fstream>
#include <iostream>
#include <string>

#include "report/made_up_results.h"
#include "report/page.h"

namespace {

/// Two data sets, and texts that would run scripts or leave their place if they were taken as markup.
at2::RunResults results_with_hostile_texts() {
  at2::RunResults results = at2::made_up_results();
  const std::string hostile =
      "<img src=x onerror=\"window.broken = 1\"><script>window.broken = 2</script></script><!-- "
      "javascript:window.broken=3";
  results.notes.push_back(hostile);
  results.counts.evaluation_examples = 43;
  for (const char* kind : {"token", "sentence"}) {
    at2::ExampleView view = at2::made_up_example("<b>hostile</b>", "First " + hostile + ". Then 𝄞 and \"quotes\".",
                                                 hostile + "?", "It says " + hostile + ". And more.", kind);
    view.data_set = "<i>hostile set</i>";
    results.examples.push_back(view);
  }
  for (int i = 0; i < 40; ++i) {
    at2::ExampleView view = at2::made_up_example("more-" + std::to_string(i), at2::long_text(),
                                                 "How many storms were there in year " + std::to_string(i) + "?",
                                                 "There were 22 storms. The week was calm.", "sentence");
    view.data_set = "storms";
    results.examples.push_back(view);
  }
  return results;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: report_page FILE\n";
    return 2;
  }
  std::ofstream file(argv[1], std::ios::binary);
  file << at2::report_page(results_with_hostile_texts(), {});
  file.close();
  return file ? 0 : 1;
}
