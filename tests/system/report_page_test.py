"""The page of a run in headless Chromium: sorting, filters, sentences and sources, by pointer and by keys alone.

usage: /usr/bin/python3 report_page_test.py PROGRAM      PROGRAM writes the page of a made-up run (report_page.cc)
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.support.ui import Select
    SELENIUM = True
except ImportError:
    SELENIUM = False


def missing_tools():
    tools = [tool for tool in ("chromium", "chromedriver") if shutil.which(tool) is None]
    return tools + ([] if SELENIUM else ["selenium"])


def start_browser(profile):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,1400",
                 f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)


class ReportPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.page = pathlib.Path(cls.folder.name) / "report.html"
        subprocess.run([sys.argv[1], str(cls.page)], check=True)
        cls.browser = start_browser(cls.folder.name + "/profile")

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        cls.folder.cleanup()

    def setUp(self):
        self.browser.get(self.page.as_uri())

    def tearDown(self):
        # Each test: no error in the console, and nothing of the texts of the run was run or taken as markup.
        self.assertEqual(self.browser.get_log("browser"), [])
        self.assertIsNone(self.script("return window.broken"))
        self.assertEqual(self.all("img, .notes li *, #browser script, .shown-example .text i"), [])

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return [element.text for element in self.all(selector)]

    def script(self, code, *arguments):
        return self.browser.execute_script(code, *arguments)

    def press(self, *keys):
        self.browser.switch_to.active_element.send_keys(*keys)

    def table(self, caption):
        return next(table for table in self.all("table.sortable")
                    if caption in self.script("return arguments[0].caption.textContent", table))

    def first_column(self, table):
        return [cell.text for cell in table.find_elements(By.CSS_SELECTOR, "tbody th")]

    def button(self, table, name):
        return next(button for button in table.find_elements(By.CSS_SELECTOR, "button.sort") if button.text == name)

    def test_tables_sort_by_their_buttons(self):
        table = self.table("token sources")
        self.assertEqual(self.first_column(table), ["AT2", "Average attention", "Gradient L1", "ESM (32)"])
        button = self.button(table, "LDS")
        head = button.find_element(By.XPATH, "..")
        self.assertEqual(head.get_attribute("aria-sort"), "none")
        button.click()
        self.assertEqual(head.get_attribute("aria-sort"), "descending")
        self.assertEqual(self.first_column(table), ["AT2", "Average attention", "ESM (32)", "Gradient L1"])
        button.click()
        self.assertEqual(head.get_attribute("aria-sort"), "ascending")
        self.assertEqual(self.first_column(table), ["Gradient L1", "ESM (32)", "Average attention", "AT2"])
        self.button(table, "Method").click()
        self.assertEqual(head.get_attribute("aria-sort"), "none")
        self.assertEqual(self.first_column(table), ["AT2", "Average attention", "ESM (32)", "Gradient L1"])

    def test_times_sort_by_length_and_what_is_undefined_comes_last(self):
        table = self.table("token sources")
        self.button(table, "Time").click()
        self.assertEqual(self.first_column(table)[0], "ESM (32)", "1.62 s is more than 340 ms")
        table = self.table("sentence sources")
        for _ in range(2):
            self.button(table, "LDS").click()
            self.assertEqual(self.first_column(table)[-1], "Gradient L1")

    def test_tables_sort_by_keys(self):
        table = self.table("token sources")
        self.script("arguments[0].focus()", self.button(table, "Passes"))
        self.press(Keys.ENTER)
        self.assertEqual(self.first_column(table)[0], "ESM (32)")
        self.press(Keys.SPACE)
        self.assertEqual(self.first_column(table)[-1], "ESM (32)")

    def test_examples_are_filtered(self):
        self.assertEqual(len(self.all("[role=option]")), 43)
        select = Select(self.one(".toolbar select"))
        self.assertEqual([option.text for option in select.options], ["all", "held_out", "<i>hostile set</i>", "storms"])
        select.select_by_visible_text("storms")
        self.assertEqual(len(self.all("[role=option]")), 40)
        self.assertEqual(self.one(".toolbar [role=status]").text, "40 examples")
        search = self.one("input[type=search]")
        search.send_keys("year 17")
        self.assertEqual(len(self.all("[role=option]")), 40, "every context has it")
        search.send_keys("?")
        self.assertEqual(self.texts("[role=option] small"), ["more-17 · storms"])
        self.assertIn("year 17", self.one(".shown-example .text").text)
        search.send_keys("no such text")
        self.assertEqual(self.one(".shown-example").text, "No example matches.")

    def test_a_sentence_shows_the_sources_of_every_method(self):
        methods = ["AT2", "Average attention", "Gradient L1", "ESM (32)"]
        self.assertEqual(self.texts(".method h5"), methods)
        before = self.texts(".method .ranks li:first-child .excerpt b")
        self.one(".sentence[data-target='1']").click()
        self.assertEqual([element.text for element in self.all(".sentence[aria-pressed=true]")], ["It is 38 metres tall."])
        after = self.texts(".method .ranks li:first-child .excerpt b")
        self.assertEqual(len(after), 4)
        self.assertNotEqual(before, after)
        for card in self.all(".method"):
            marks = card.find_elements(By.CSS_SELECTOR, "mark")
            self.assertTrue(marks)
            strongest = max(marks, key=lambda mark: float(self.script("return arguments[0].style.getPropertyValue('--s')", mark)))
            self.assertEqual(strongest.text, card.find_element(By.CSS_SELECTOR, ".ranks b").text)
            self.assertIn("nats", card.find_element(By.CSS_SELECTOR, ".drops").text)

    def test_a_source_is_found_with_every_method_and_has_its_measured_effect(self):
        next(button for button in self.all(".choice button") if button.text == "sentences").click()
        ranks = self.all(".ranks button")
        self.assertRegex(ranks[0].find_element(By.CSS_SELECTOR, ".effect").text, r"^hidden alone: [+−]?[0-9.]+$")
        ranks[0].click()
        found = self.texts("mark.found")
        self.assertEqual(len(found), 4)
        self.assertEqual(set(found), {found[0]})
        self.assertEqual(ranks[0].get_attribute("aria-pressed"), "true")
        ranks[0].click()
        self.assertEqual(self.all("mark.found"), [])

    def test_keys_alone_choose_an_example_a_sentence_and_a_source(self):
        self.script("document.querySelector('[role=option][aria-selected=true]').focus()")
        self.press(Keys.ARROW_DOWN)
        self.assertEqual(self.texts("[role=option][aria-selected=true] small"), ["held_out-9 · held_out"])
        self.press(Keys.END)
        self.assertEqual(self.texts("[role=option][aria-selected=true] small"), ["more-39 · storms"])
        for _ in range(20):
            self.press(Keys.TAB)
            if self.browser.switch_to.active_element.get_attribute("data-target") == "1":
                break
        self.press(Keys.ENTER)
        self.assertEqual(self.texts(".sentence[aria-pressed=true]"), ["The week was calm."])
        self.assertEqual(self.browser.switch_to.active_element.text, "The week was calm.", "the focus stays")
        for _ in range(20):
            self.press(Keys.TAB)
            if self.script("return document.activeElement.matches('.ranks button')"):
                break
        self.press(Keys.SPACE)
        self.assertEqual(len(self.all("mark.found")), 4)

    def test_methods_can_be_put_aside(self):
        self.one(".method-choice button").click()
        self.assertEqual(self.texts(".method h5"), ["Average attention", "Gradient L1", "ESM (32)"])

    def test_hostile_texts_are_shown_as_they_are(self):
        next(item for item in self.all("[role=option]") if "<b>hostile</b>" in item.text).click()
        self.assertIn("<img src=x onerror=", self.one(".shown-example .text").text)
        self.assertIn("</script>", self.one(".method .context").text)
        for sentence in range(2):
            self.one(f".sentence[data-target='{sentence}']").click()
        self.all(".ranks button")[0].click()

    def test_arrow_keys_read_a_chart(self):
        chart = self.one("#training svg.figure")
        self.script("arguments[0].focus()", chart)
        self.assertTrue(self.one(".tip.shown").text.startswith("layer 0, head 0: "), self.one(".tip.shown").text)
        chart.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
        self.assertTrue(self.one(".tip.shown").text.startswith("layer 1, head 2: "), self.one(".tip.shown").text)
        chart.send_keys(Keys.ESCAPE)
        self.assertEqual(self.all(".tip.shown"), [])

    def test_pointing_shows_a_bars_value(self):
        bar = self.one("#scores svg.figure .bar")
        webdriver.ActionChains(self.browser).move_to_element(bar).perform()
        self.assertIn("95 % interval", self.one(".tip.shown").text)

    def test_without_a_script_all_but_the_examples_is_there(self):
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            self.browser.get(self.page.as_uri())
            self.assertEqual(self.all("button"), [])
            self.assertEqual(self.texts("noscript"), ["The examples need JavaScript; all else on this page does not."])
            self.assertTrue(self.one("#scores svg").is_displayed())
            self.assertTrue(self.one("#training table").is_displayed())
        finally:
            self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        self.browser.get(self.page.as_uri())


if __name__ == "__main__":
    missing = missing_tools()
    if missing:
        print("not there:", *missing, "(launch/setup --checks installs what this test uses): nothing was tested")
        sys.exit(1 if os.environ.get("AT2_TEST_ALL") else 77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
