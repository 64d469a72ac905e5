#!/usr/bin/python3
"""at2 serve with the default model and OpenAI's client: answers, streams, citations, many at once, killed, stopped.

usage: serve_test.py ROOT AT2_PROGRAM
Exit status 77 (skipped) without the client, which `launch/setup --checks` fetches; 1 instead if AT2_TEST_ALL is set.
"""

import collections
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from served import Served, skip

ROOT, PROGRAM = sys.argv[1:3]
DEPS = subprocess.run([ROOT + "/launch/setup", "--print-dir"], capture_output=True, text=True, check=True).stdout.strip()
sys.path.insert(0, DEPS + "/openai")
try:
    import openai
except ImportError:
    skip("OpenAI's client is not there (launch/setup --checks fetches it)")

DOCUMENTS = [
    {"name": "lighthouse", "text": "The lighthouse of Sandvik was built in 1874. In 1911 Ida Holm gave it an electric lamp."},
    {"name": "ferry", "text": "The ferry sails twice a day. Caf\u00e9 Mar \U0001F600 is at the quay."},
]
ASKED = [{"role": "user", "content": "When was the lighthouse built?"}]


def serve(*options, **environment):
    return Served([PROGRAM, "serve", *options], environment)


def client_of(server, key="none", **options):
    return openai.OpenAI(base_url=server.url + "/v1", api_key=key, max_retries=0, **options)


def part(text, span):
    """Code points, which are what Python's texts count."""
    return text[span["begin"] : span["end"]]


class OneServer(unittest.TestCase):
    """Tests that share a server."""

    @classmethod
    def setUpClass(cls):
        cls.server = serve("--port", "0", "--max-new-tokens", "24")
        cls.client = client_of(cls.server)

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        assert status == 0, f"SIGTERM ended the server with status {status}"

    def chat(self, **options):
        return self.client.chat.completions.create(model=self.server.model, messages=ASKED, **options)

    def test_the_client_finds_the_model(self):
        self.assertEqual([model.id for model in self.client.models.list()], [self.server.model])

    def test_an_answer_has_text_usage_and_reason(self):
        answer = self.chat(max_tokens=8, temperature=0.7)
        self.assertTrue(answer.choices[0].message.content)
        self.assertEqual(answer.choices[0].finish_reason, "length")
        self.assertEqual(answer.usage.completion_tokens, 8)
        self.assertFalse(hasattr(answer, "citations"))

    def test_a_stream_says_what_the_whole_answer_says(self):
        options = {"extra_body": {"documents": DOCUMENTS, "citations": True}}
        whole = self.chat(**options)
        chunks = list(self.chat(stream=True, stream_options={"include_usage": True}, **options))
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        self.assertEqual(text, whole.choices[0].message.content)
        self.assertGreater(len(chunks), 5, "it comes in pieces")
        self.assertEqual(chunks[-1].usage.total_tokens, whole.usage.total_tokens)
        cited = [chunk for chunk in chunks if hasattr(chunk, "citations")]
        self.assertEqual(len(cited), 1)
        self.assertEqual(cited[0].citations, whole.citations)
        reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
        self.assertEqual(reasons, [whole.choices[0].finish_reason])

    def test_citations_are_parts_of_answer_and_documents(self):
        answer = self.chat(extra_body={"documents": DOCUMENTS, "citations": {"method": "at2", "sources": "word", "most": 5}})
        self.assertTrue(answer.citations)
        for sentence in answer.citations:
            self.assertEqual(part(answer.choices[0].message.content, sentence), sentence["text"])
            self.assertLessEqual(len(sentence["sources"]), 5)
            for source in sentence["sources"]:
                self.assertEqual(part(DOCUMENTS[source["document"]]["text"], source), source["text"])
                self.assertTrue(0 < source["share"] <= 1)
        self.assertTrue(any(sentence["sources"] for sentence in answer.citations))

    def test_a_conversation_goes_on(self):
        turns = [{"role": "system", "content": "Answer briefly."}, *ASKED, {"role": "assistant", "content": "In 1874."},
                 {"role": "user", "content": [{"type": "text", "text": "And the lamp?"}]}]
        answer = self.client.chat.completions.create(model="default", messages=turns, max_tokens=4)
        alone = self.client.chat.completions.create(model="default", messages=turns[-1:], max_tokens=4)
        self.assertGreater(answer.usage.prompt_tokens, alone.usage.prompt_tokens)

    def test_faults_are_the_clients_exceptions(self):
        with self.assertRaises(openai.BadRequestError) as refused:
            self.client.chat.completions.create(model="default", messages=[{"role": "user", "content": "word " * 20000}])
        self.assertEqual(refused.exception.code, "context_length_exceeded")
        with self.assertRaises(openai.NotFoundError):
            self.client.chat.completions.create(model="gpt-4o", messages=ASKED)
        with self.assertRaises(openai.BadRequestError):
            self.chat(n=2)
        with self.assertRaises(openai.BadRequestError) as special:
            self.chat(extra_body={"documents": [""]})
        self.assertIn("document 1 is empty", str(special.exception))

    def test_attribute_says_what_the_command_says(self):
        response = "It was built in 1874. The ferry sails twice."
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for document in DOCUMENTS:
                paths += ["--context", os.path.join(folder, document["name"])]
                with open(paths[-1], "w", encoding="utf-8") as file:
                    file.write(document["text"])
            with open(folder + "/response", "w", encoding="utf-8") as file:
                file.write(response)
            said = subprocess.run(
                [PROGRAM, "attribute", *paths, "--query", "When?", "--response", folder + "/response", "--format", "json",
                 "--method", "at2,gradient", "--sources", "word"], capture_output=True, text=True, check=True)
        expected = json.loads(said.stdout)
        body = {"query": "When?", "documents": DOCUMENTS, "response": response, "method": ["at2", "gradient"], "sources": "word"}
        served = self.post("/v1/attribute", body)
        self.assertEqual(served["scores"], expected["scores"])
        self.assertEqual(served["sources"], expected["sources"])
        body["ranges"] = [{"begin": 16, "end": 20}]
        self.assertEqual(self.post("/v1/attribute", body)["targets"][0]["text"], "1874")

    def test_metrics_count_tokens(self):
        self.chat(max_tokens=2)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request("GET", "/metrics")
        lines = dict(line.rsplit(" ", 1) for line in connection.getresponse().read().decode().splitlines() if line[0] != "#")
        connection.close()
        self.assertGreaterEqual(int(lines["at2_generated_tokens_total"]), 2)
        self.assertGreater(float(lines["at2_generate_seconds_total"]), 0)

    def post(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=300)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        self.assertEqual(response.status, 200, text)
        return json.loads(text)


class Processes(unittest.TestCase):
    """Tests with servers of their own."""

    def test_two_hundred_at_once_get_an_answer_or_a_429(self):
        outcomes = collections.Counter()
        lock = threading.Lock()
        start = threading.Barrier(200)

        def ask(port):
            start.wait()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            connection.request("POST", "/v1/chat/completions", json.dumps({"messages": ASKED, "max_tokens": 2}),
                               {"Content-Type": "application/json"})
            response = connection.getresponse()
            body = json.loads(response.read())
            waits = int(response.getheader("Retry-After", "0")) >= 1
            right = "choices" in body if response.status == 200 else waits and body["error"]["code"] == "queue_full"
            connection.close()
            with lock:
                outcomes[(response.status, right)] += 1

        with serve("--port", "0", "--queue", "8") as server:
            threads = [threading.Thread(target=ask, args=(server.port,)) for _ in range(200)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sum(outcomes.values()), 200)
            self.assertEqual(set(outcomes) - {(200, True), (429, True)}, set(), outcomes)
            self.assertGreaterEqual(outcomes[(200, True)], 9)
            self.assertEqual(server.stop(), 0)

    def test_killed_it_starts_again_on_its_port(self):
        with serve("--port", "0") as server:
            port = server.port
            stream = client_of(server).chat.completions.create(model="default", messages=ASKED, stream=True, max_tokens=400)
            next(iter(stream))
            server.kill()
            with self.assertRaises(Exception):
                list(stream)
        with serve("--port", str(port)) as again:
            self.assertEqual(again.port, port)
            answer = client_of(again).chat.completions.create(model="default", messages=ASKED, max_tokens=2)
            self.assertEqual(answer.usage.completion_tokens, 2)

    def test_sigterm_lets_the_answer_in_hand_end(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with serve("--port", "0", "--grace-seconds", "60") as server:
                stream = client_of(server).chat.completions.create(
                    model="default", messages=ASKED, stream=True, max_tokens=12, stream_options={"include_usage": True})
                chunks = [next(stream)]
                server.process.send_signal(number)
                chunks += stream
                self.assertLessEqual(chunks[-1].usage.completion_tokens, 12)
                self.assertEqual(server.process.wait(timeout=60), 0)

    def test_after_the_grace_time_it_ends_anyway(self):
        with serve("--port", "0", "--grace-seconds", "0") as server:
            stream = client_of(server).chat.completions.create(model="default", messages=ASKED, stream=True, max_tokens=500)
            next(stream)
            self.assertEqual(server.stop(patience=30), 0)

    def test_a_token_is_an_api_key(self):
        token = "a-token-for-this-test"
        with serve("--port", "0", AT2_TOKEN=token) as server:
            self.assertTrue(client_of(server, token).models.list().data)
            with self.assertRaises(openai.AuthenticationError):
                client_of(server, "another-token-for-this").models.list()

    def test_other_addresses_need_a_token(self):
        for options in (["--host", "0.0.0.0"], ["--token-file", "/nonexistent"], ["--host", "no address"]):
            refused = subprocess.run([PROGRAM, "serve", *options], capture_output=True, text=True)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("token" if options[1] != "no address" else "is no address", refused.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
