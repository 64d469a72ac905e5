#include "report/example_json.h"
#include "report/format.h"
#include "report/html.h"
#include "report/page_sections.h"

namespace at2 {
namespace {

std::string number(std::int64_t count) { return compact(static_cast<double>(count)); }

/// How many of the run's examples are here, and why not all.
std::string amount_text(const RunResults& results, const EmbeddedExamples& examples) {
  std::string text = number(examples.shown) + (examples.shown == 1 ? " example is" : " examples are") + " here";
  const std::int64_t more = results.counts.evaluation_examples - examples.shown;
  if (more > 0) text += " of " + number(results.counts.evaluation_examples);
  text += ".";
  if (examples.left_out > 0) {
    text += " " + number(examples.left_out) + (examples.left_out == 1 ? " was" : " were") +
            " left out to keep the page below 4.5 MB.";
  } else if (more > 0) {
    text += " report.max_examples says how many.";
  }
  return text;
}

}  // namespace

std::string examples_section(const RunResults& results, const ReportOptions& options, std::size_t max_bytes) {
  if (results.examples.empty()) return "";
  const EmbeddedExamples examples = examples_json(results, options, max_bytes);
  return "<section id=\"examples\"><h2>Examples</h2>\n<p class=\"lead\">Choose an example and a sentence of its "
         "response. "
         "In the context, the sources that a method holds responsible for that sentence are blue, as strongly as their "
         "score is large beside the method&#39;s largest; below " +
         fixed(100 * options.highlight_threshold, 0) +
         " % of it they stay plain. Choose a source in a list to find it with every method.</p>\n<p class=\"small\">" +
         amount_text(results, examples) +
         "</p>\n<noscript><p class=\"lead\">The examples need JavaScript; all else on this page does "
         "not.</p></noscript>"
         "\n<div id=\"browser\" hidden=\"hidden\"></div>\n<script type=\"application/json\" id=\"examples-data\">" +
         examples.json + "</script></section>\n";
}

}  // namespace at2
