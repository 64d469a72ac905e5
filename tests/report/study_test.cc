#include "report/study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/errors.h"
#include "report/made_up_results.h"
#include "report/markup_check.h"
#include "report/study_figures.h"
#include "report/study_page.h"
#include "report/temporary_folder.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::string page_of(const std::vector<RunResults>& runs, const StudyOptions& options = {}) {
  return study_page(runs, study_figures(runs, options));
}

/// All drawings and the page, in one text.
std::string everything_of(const std::vector<RunResults>& runs) {
  const std::vector<StudyFigure> figures = study_figures(runs, {});
  std::string all = study_page(runs, figures);
  for (const StudyFigure& figure : figures) all += figure.name + figure.svg + csv_table(figure.numbers);
  return all;
}

// With AT2_STUDY_DIR set, the study stays there to be looked at.
TEST(WriteStudyTest, EveryFigureHasItsDrawingAndItsNumbers) {
  const TemporaryFolder temporary;
  const char* kept = std::getenv("AT2_STUDY_DIR");
  const fs::path folder = kept == nullptr ? temporary.path() : fs::path(kept);
  write_study(made_up_study(), {}, folder);
  const std::set<std::string> files = files_below(folder);
  for (const char* name : {"figure_1", "figure_2", "figure_3", "figure_4a", "figure_4b", "figure_4c", "figure_5"}) {
    EXPECT_THAT(files, Contains("figures/" + std::string(name) + ".svg"));
    EXPECT_THAT(files, Contains("tables/" + std::string(name) + ".csv"));
  }
  EXPECT_THAT(files, Contains("figures/figure_6_llama_3_1_8b_instruct_cnn_dailymail.svg"));
  EXPECT_THAT(files, Contains("figures/figure_19_22_phi_3_5_mini_instruct_sentence.svg"));
  EXPECT_THAT(files, Contains("figures/figure_23_24_deepseek_r1_distill_qwen_7b_token.svg"));
  EXPECT_THAT(files, Contains("figures/figure_cost_context_smollm2_135m_instruct.svg"));
  EXPECT_THAT(files, Contains("tables/table_means_thought.md"));
  for (const std::string& file : files) {
    if (!file.ends_with(".svg")) continue;
    EXPECT_EQ(markup_fault(content_of(folder / file)), "") << file;
  }
}

TEST(WriteStudyTest, LinksLeadToWrittenFilesAndToSections) {
  const TemporaryFolder folder;
  write_study(std::vector<RunResults>{made_up_results()}, {}, folder.path());
  const std::string page = content_of(folder.path() / "index.html");
  EXPECT_EQ(markup_fault(page), "");
  const std::set<std::string> files = files_below(folder.path());
  const std::vector<std::string> ids = all_between(page, " id=\"", "\"");
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size()) << "an id occurs twice";
  const std::vector<std::string> links = all_between(page, " href=\"", "\"");
  EXPECT_GT(links.size(), 30U);
  for (const std::string& link : links) {
    if (link.starts_with("#")) {
      EXPECT_THAT(ids, Contains(link.substr(1)));
    } else {
      EXPECT_THAT(files, Contains(link));
    }
  }
}

TEST(WriteStudyTest, PageLoadsNothing) {
  const std::string page = page_of(made_up_study());
  for (const char* loader : {"src=", "<link", "@import", "url(http", "fetch(", "XMLHttpRequest", "https:"}) {
    EXPECT_THAT(page, Not(HasSubstr(loader)));
  }
  EXPECT_EQ(all_between(page, "http://", "\"").size(), count_of(page, "http://www.w3.org/2000/svg"));
}

TEST(WriteStudyTest, WritingAgainGivesTheSameBytes) {
  EXPECT_EQ(everything_of(made_up_study()), everything_of(made_up_study()));
}

TEST(WriteStudyTest, FiguresOfAnEmptyStudyAreAllMissing) {
  const std::string page = page_of({});
  EXPECT_EQ(markup_fault(page), "");
  for (const char* label :
       {"Figure 1<", "Figure 2<", "Figure 3<", "Figure 4a<", "Figure 4b<", "Figure 4c<", "Figure 5<", "Figure 6<",
        "Figures 7–14<", "Figures 15–18<", "Figures 19–22<", "Figures 23–24<"}) {
    EXPECT_THAT(page, HasSubstr("<dt>" + std::string(label)));
  }
}

TEST(WriteStudyTest, CompleteStudyMissesNothing) {
  EXPECT_THAT(page_of(made_up_study()), Not(HasSubstr("could not be made")));
}

TEST(WriteStudyTest, HostileTextsCannotLeaveTheirPlace) {
  const std::string hostile = "</script><script>alert(1)</script>\" onload='x' <!-- &amp; ]]>";
  RunResults run = made_up_results();
  run.name = run.model = run.training_set = run.evaluation_set = hostile;
  run.notes = {hostile};
  run.rows[1].method = run.rows[1].key = hostile;
  run.rows[2].sources = hostile;
  run.prune->rows[2].method = hostile;
  run.timing->rows[0].operation = run.timing->place = hostile;
  run.examples = {made_up_example(hostile, hostile + ". " + hostile, hostile, hostile + ". And more.", "sentence")};
  run.examples[0].sources = hostile;
  const std::string page = page_of({run});
  EXPECT_EQ(markup_fault(page), "");
  EXPECT_EQ(count_of(page, "<script"), 1U);
  EXPECT_THAT(page, Not(HasSubstr("\" onload=")));
  for (const StudyFigure& figure : study_figures(std::vector<RunResults>{run}, {})) {
    EXPECT_EQ(markup_fault(figure.svg), "") << figure.name;
  }
}

TEST(WriteStudyTest, ExamplesPerRunAreLimited) {
  const std::string page = page_of({made_up_results()}, {.max_examples = 1});
  EXPECT_EQ(count_of(page, "<section class=\"figure-card texts\" id=\"figure_7_14"), 2U);  // one, by two kinds
}

TEST(WriteStudyTest, UnwritableFolderIsAUserError) { EXPECT_THROW(write_study({}, {}, "/proc/at2_study"), UserError); }

}  // namespace
}  // namespace at2
