#!/usr/bin/python3
"""The page of at2 serve in headless Chromium: what a person does with it, and what it shows.

usage: page_test.py SCRIPTED_SERVER
Exit status 77 (skipped) without Selenium or Chromium; 1 instead if AT2_TEST_ALL is set. With AT2_SCREENSHOTS=FOLDER it
leaves pictures there.
"""

import os
import shutil
import sys
import tempfile
import unittest

from served import Served, skip

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.actions.action_builder import ActionBuilder
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select, WebDriverWait
except ImportError:
    skip("Selenium is not installed (launch/setup --checks installs it)")
if not shutil.which("chromedriver") or not shutil.which("chromium"):
    skip("Chromium is not installed (launch/setup --checks installs it)")

SCRIPTED_SERVER = sys.argv[1]
DOCUMENTS = [
    ("lamp.txt", "Nothing here. In 1911 the lamp became electric. Oil burned before."),
    ("ferry.txt", "The ferry sails twice a day. It is blue."),
]
HURTFUL = '<script>window.hurt=1</script><img src=x onerror="window.hurt=1"><b>bold</b>'
ONE_TOUCH = "javascript:window.hurt=1"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1280,1000"]

# The middle of some words of the answer's text, as places on the screen.
PLACE_OF_WORDS = """
const [words] = arguments, answer = document.getElementById("answer");
const walker = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode()); ) {
  const at = node.data.indexOf(words);
  if (at < 0) continue;
  const range = document.createRange();
  range.setStart(node, at); range.setEnd(node, at + words.length);
  const box = range.getBoundingClientRect();
  return [box.left, box.right, (box.top + box.bottom) / 2];
}
return null;
"""


def start_browser(profile):
    options = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument("--user-data-dir=" + profile)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = Served([SCRIPTED_SERVER])
        cls.browser = start_browser(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        status = cls.server.stop()
        cls.folder.cleanup()
        assert status == 0, f"the server ended with status {status}"

    def setUp(self):
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        self.browser.set_window_size(1280, 1000)
        self.open(self.server.url)

    # What a person does

    def open(self, url):
        self.browser.get(url + "/")
        self.until(lambda: self.browser.find_elements(By.CSS_SELECTOR, "#method option") or not self.hidden("token-form"))

    def find(self, identity):
        return self.browser.find_element(By.ID, identity)

    def hidden(self, identity):
        return not self.find(identity).is_displayed()

    def until(self, condition):
        return WebDriverWait(self.browser, 20, poll_frequency=0.05).until(lambda _: condition())

    def status(self):
        return self.find("status").text

    def fill(self, documents, question):
        fields = self.browser.find_elements(By.CSS_SELECTOR, "#documents .document")
        while len(fields) < len(documents):
            self.find("add").click()
            fields = self.browser.find_elements(By.CSS_SELECTOR, "#documents .document")
        for field, (name, text) in zip(fields, documents):
            field.find_element(By.CLASS_NAME, "name").send_keys(name)
            field.find_element(By.CLASS_NAME, "document-text").send_keys(text)
        self.find("question").send_keys(question)

    def ask(self, documents=None, question="Why?"):
        self.fill(DOCUMENTS if documents is None else documents, question)
        self.find("ask").click()
        self.until(lambda: "complete" in self.status())

    def sentences(self):
        return self.browser.find_elements(By.CSS_SELECTOR, "#answer .sentence")

    def pressed(self):
        return [sentence.text for sentence in self.sentences() if sentence.get_attribute("aria-pressed") == "true"]

    def ranking(self):
        return [quote.text for quote in self.browser.find_elements(By.CSS_SELECTOR, "#ranking .quote")]

    def marks(self):
        return [mark.text for mark in self.browser.find_elements(By.CSS_SELECTOR, "#shown-documents mark")]

    def picture(self, name):
        if os.environ.get("AT2_SCREENSHOTS"):
            self.browser.save_screenshot(os.path.join(os.environ["AT2_SCREENSHOTS"], name + ".png"))

    # What it shows

    def test_an_answer_comes_with_the_sources_of_its_first_sentence(self):
        self.ask()
        self.assertEqual(self.find("answer").text,
                         "The lamp became electric in 1911. The ferry sails twice a day. You asked: Why?")
        self.assertEqual(len(self.sentences()), 3)
        self.assertEqual(self.pressed(), ["The lamp became electric in 1911."])
        self.assertEqual(self.ranking()[0], "In 1911 the lamp became electric.")
        self.assertIn("In 1911 the lamp became electric.", self.marks())
        self.assertEqual(self.find("model").text, "scripted")
        self.picture("light")

    def test_a_clicked_sentence_shows_its_sources(self):
        self.ask()
        self.sentences()[1].click()
        self.until(lambda: self.pressed() == ["The ferry sails twice a day."])
        self.assertEqual(self.ranking()[0], "The ferry sails twice a day.")
        self.assertEqual(self.find("target").text, "The ferry sails twice a day.")
        shares = [share.text for share in self.browser.find_elements(By.CSS_SELECTOR, "#ranking .share")]
        self.assertTrue(shares[0].endswith("%"))
        self.sentences()[2].click()
        self.until(lambda: "You asked" in self.pressed()[0])
        self.assertEqual(self.ranking(), [])
        self.assertEqual(self.find("no-sources").text, "No source stands out.")

    def test_a_listed_source_is_found_in_its_document(self):
        self.ask()
        self.browser.find_element(By.CSS_SELECTOR, "#ranking button").click()
        chosen = self.browser.find_elements(By.CSS_SELECTOR, "mark.chosen")
        self.assertEqual([mark.text for mark in chosen], ["In 1911 the lamp became electric."])

    def test_dragging_over_words_shows_their_sources(self):
        self.ask()
        left, right, middle = self.browser.execute_script(PLACE_OF_WORDS, "twice a day")
        actions = ActionBuilder(self.browser)
        pointer = actions.pointer_action
        pointer.move_to_location(int(left) + 1, int(middle)).pointer_down()
        pointer.move_to_location(int(right) - 1, int(middle)).pointer_up()
        actions.perform()
        self.until(lambda: self.find("target").text == "twice a day")
        self.until(lambda: self.ranking()[:1] == ["The ferry sails twice a day."])
        self.assertEqual(self.pressed(), [])
        self.assertIn("1 source", self.status())

    def test_a_selection_by_other_means_has_a_button(self):
        self.ask()
        self.assertTrue(self.hidden("use-selection"))
        self.browser.execute_script("""
            const answer = document.getElementById("answer"), sentences = answer.querySelectorAll(".sentence");
            getSelection().setBaseAndExtent(sentences[0].firstChild, 25, sentences[1].firstChild, 9);""")
        self.until(lambda: not self.hidden("use-selection"))
        self.find("use-selection").click()
        self.until(lambda: self.find("target").text == "in 1911. The ferry")

    def test_another_method_says_something_else(self):
        self.ask()
        Select(self.find("method")).select_by_visible_text("Gradient")
        self.until(lambda: self.ranking()[:1] == ["It is blue."])
        self.assertEqual(self.pressed(), ["The lamp became electric in 1911."])
        self.assertIn("by Gradient", self.status())
        Select(self.find("method")).select_by_visible_text("AT2")
        self.until(lambda: self.ranking()[:1] == ["In 1911 the lamp became electric."])

    def test_sources_may_be_words(self):
        self.ask()
        Select(self.find("sources")).select_by_value("word")
        self.until(lambda: "1911" in self.marks())
        self.assertIn("electric.", self.ranking())
        self.assertTrue(self.hidden("more-sources"))
        Select(self.find("method")).select_by_visible_text("Gradient")
        self.until(lambda: len(self.ranking()) == 12)
        self.assertEqual(self.find("more-sources").text, "And 8 more, marked in the documents.")
        self.assertEqual(len(self.marks()), 20)

    def test_without_documents_the_question_is_the_source(self):
        self.ask(documents=[], question="The lamp became blue.")
        self.assertEqual(self.ranking()[0], "The lamp became blue.")
        self.assertEqual(self.browser.find_element(By.CSS_SELECTOR, "#shown-documents h3").text, "query")

    def test_keys_are_enough(self):
        def focused():
            return self.browser.switch_to.active_element

        def press(*keys):
            ActionChains(self.browser).send_keys(*keys).perform()

        def tab_to(matches):
            for _ in range(40):
                press(Keys.TAB)
                if matches(focused()):
                    return
            self.fail("Tab does not lead there")

        press(Keys.TAB)
        self.assertEqual(focused().get_attribute("class"), "skip")
        tab_to(lambda element: "document-text" in (element.get_attribute("class") or ""))
        press(DOCUMENTS[0][1])
        tab_to(lambda element: element.get_attribute("id") == "question")
        press("Why?")
        ActionChains(self.browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
        self.until(lambda: "complete" in self.status())
        tab_to(lambda element: element.text == "The ferry sails twice a day.")
        press(Keys.ENTER)
        self.until(lambda: self.pressed() == ["The ferry sails twice a day."])
        ActionChains(self.browser).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT).key_up(Keys.SHIFT).perform()
        self.until(lambda: self.status() == "Selected: The ferry")
        press(Keys.ENTER)
        self.until(lambda: self.find("target").text == "The ferry")
        press(Keys.ESCAPE)
        self.until(lambda: self.hidden("use-selection"))

    def test_nothing_in_texts_is_run(self):
        self.ask(documents=[(HURTFUL, "A text " + HURTFUL + " goes on. " + ONE_TOUCH)], question="Is " + HURTFUL + " a text?")
        self.assertIn(HURTFUL, self.find("answer").text)
        self.assertIn(HURTFUL, self.find("shown-documents").text)
        for place in ("answer", "shown-documents", "ranking", "target"):
            found = self.browser.execute_script(
                "return document.getElementById(arguments[0]).querySelectorAll('script, img, b, a').length", place)
            self.assertEqual(found, 0, place)
        for sentence in self.sentences():
            sentence.click()
        self.assertIsNone(self.browser.execute_script("return window.hurt"))

    def test_the_policy_stops_scripts_that_get_in_anyway(self):
        self.browser.execute_script("document.body.insertAdjacentHTML('beforeend', arguments[0])", HURTFUL)
        self.browser.execute_script("""const script = document.createElement("script");
            script.textContent = "window.hurt = 1"; document.body.append(script);""")
        self.browser.execute_async_script("setTimeout(arguments[0], 100)")
        self.assertIsNone(self.browser.execute_script("return window.hurt"))
        self.browser.get_log("browser")

    def test_a_refusal_is_said(self):
        self.fill([], "this is too long")
        self.find("ask").click()
        self.until(lambda: not self.hidden("problem"))
        self.assertIn("too long", self.find("problem").text)
        self.assertEqual(self.find("problem").get_attribute("role"), "alert")
        self.browser.get_log("browser")

    def test_an_answer_can_be_stopped(self):
        self.fill(DOCUMENTS, "slowly")
        self.find("ask").click()
        self.until(lambda: "The lamp" in self.find("answer").text)
        self.assertNotIn("twice", self.find("answer").text, "it comes in pieces")
        self.find("stop").click()
        self.until(lambda: self.status() == "Stopped.")
        self.assertTrue(self.hidden("stop"))
        self.assertEqual(self.browser.switch_to.active_element.get_attribute("id"), "ask")

    def test_documents_can_be_edited_and_removed(self):
        self.ask()
        self.assertTrue(self.hidden("documents"))
        self.find("edit").click()
        self.assertFalse(self.hidden("documents"))
        self.browser.find_elements(By.CSS_SELECTOR, "#documents .remove")[0].click()
        names = [name.get_attribute("value") for name in self.browser.find_elements(By.CSS_SELECTOR, "#documents .name")]
        self.assertEqual(names, ["ferry.txt"])
        self.find("ask").click()
        self.until(lambda: "complete" in self.status() and "lamp.txt" not in self.find("shown-documents").text)

    def test_everything_has_a_name_for_screen_readers(self):
        self.ask()
        nameless = self.browser.execute_script("""
            return [...document.querySelectorAll("input, select, textarea")].filter((field) => field.labels.length === 0)
              .concat([...document.querySelectorAll("button, [role=button]")].filter((button) => !button.textContent.trim()))
              .map((element) => element.outerHTML);""")
        self.assertEqual(nameless, [])
        self.assertEqual(self.find("status").get_attribute("role"), "status")
        for sentence in self.sentences():
            self.assertEqual((sentence.get_attribute("role"), sentence.get_attribute("tabindex")), ("button", "0"))

    def test_dark_and_narrow_screens(self):
        def background():
            return self.browser.execute_script("return getComputedStyle(document.body).backgroundColor")

        self.ask()
        light = background()
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.assertNotEqual(background(), light)
        self.picture("dark")
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": 390, "height": 1400, "deviceScaleFactor": 1, "mobile": True})
        self.picture("narrow")
        wide = self.browser.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.assertLessEqual(wide, 0, "nothing sticks out to the right")

    def test_a_token_is_asked_for(self):
        with Served([SCRIPTED_SERVER, "a-token-for-the-page"]) as guarded:
            self.open(guarded.url)
            self.until(lambda: not self.hidden("token-form"))
            self.find("token").send_keys("another", Keys.ENTER)
            self.until(lambda: not self.hidden("problem"))
            self.find("token").clear()
            self.find("token").send_keys("a-token-for-the-page", Keys.ENTER)
            self.until(lambda: self.hidden("token-form"))
            self.ask()
            self.assertEqual(len(self.sentences()), 3)
        self.browser.get_log("browser")

    def tearDown(self):
        severe = [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]
        self.assertEqual(severe, [], "the browser complained")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
