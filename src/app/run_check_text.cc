#include "app/run_check.h"
#include "report/format.h"
#include "report/table.h"

namespace at2 {
namespace {

std::vector<std::string> row_of(const CheckedPlace& place) {
  const std::string total = place.total ? std::to_string(*place.total) : "?";
  constexpr double kMegabyte = 1e6;
  return {place.title,
          std::to_string(place.files) + "/" + total,
          fixed(static_cast<double>(place.bytes) / kMegabyte, 1),
          count_or_none(place.damaged),
          count_or_none(place.without_checksum),
          count_or_none(place.set_aside),
          count_or_none(place.leftovers),
          count_or_none(place.writing),
          count_or_none(place.claims)};
}

std::string line_of(const Finding& finding) {
  std::string line = finding.weight == Weight::damage ? "DAMAGE: " : "note: ";
  line += finding.what;
  if (!finding.what_to_do.empty()) line += ": " + finding.what_to_do;
  return line + "\n";
}

}  // namespace

std::string describe(const RunCheck& check) {
  Table table{{"part", "files", "MB", "damaged", "no checksum", "set aside", "leftovers", "writing", "claims"}, {}};
  std::int64_t bytes = 0;
  for (const CheckedPlace& place : check.places) {
    table.rows.push_back(row_of(place));
    bytes += place.bytes;
  }
  std::string text = check.folder.string() + "\n\n" + terminal_table(table) + "\n";
  for (const Finding& finding : check.findings) text += line_of(finding);
  constexpr double kGigabyte = 1e9;
  text += std::string(check.is_sound() ? "nothing is damaged" : "NOT everything is as it was written") + "; read " +
          fixed(static_cast<double>(bytes) / kGigabyte, 2) + " GB in " + duration_text(check.seconds) + "\n";
  return text;
}

}  // namespace at2
