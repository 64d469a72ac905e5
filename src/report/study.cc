#include "report/study.h"

#include "base/atomic_file.h"
#include "base/errors.h"
#include "report/figures.h"
#include "report/study_figures.h"
#include "report/study_page.h"
#include "report/table.h"
#include "report/write.h"

namespace at2 {

void write_study(std::span<const RunResults> runs, const StudyOptions& options, const std::filesystem::path& out) {
  AT2_EXPECT(!options.top_k.empty(), "a top-k drop to draw");
  const std::vector<StudyFigure> figures = study_figures(runs, options);
  make_folder(out / "figures");
  make_folder(out / "tables");
  for (const StudyFigure& figure : figures) {
    if (!figure.svg.empty()) {
      replace_file(out / "figures" / (figure.name + ".svg"), standalone_svg(figure.svg));
    }
    replace_file(out / "tables" / (figure.name + ".csv"), csv_table(figure.numbers));
    if (figure.summary) {
      replace_file(out / "tables" / (figure.name + ".md"), markdown_table(*figure.summary));
    }
  }
  replace_file(out / "index.html", study_page(runs, figures));
}

}  // namespace at2
