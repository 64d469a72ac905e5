"""The hot paths that run a model, as one writes them with transformers and at2."""

import types

import torch

from measured import Measured, Stopwatch, Variant, as_numbers
from reference import AttentionFeatureExtractor, compute_logit_probs

BATCHES = (1, 8, 32)


class ModelPaths:
    def __init__(self, model, workload):
        self.model = model
        self.workload = workload
        # The last token predicts nothing.
        self.ids = torch.tensor([workload["tokens"][:-1]])
        self.first, self.last = workload["response"]
        self.labels = torch.tensor([workload["tokens"][self.first:self.last]])
        self.saved = None

    def variants(self):
        masked = {path: [self._ablations(path, batch, rows) for rows in ("all", "target") for batch in BATCHES]
                  for path in ("ablations_token", "ablations_sentence")}
        one, everyone = [self.workload["prompts"][self.workload["single_prompt"]]], self.workload["prompts"]
        return masked | {
            "generate_1": [Variant("batch 1", "goal", lambda limit: self.generate(one, 1, limit)),
                           Variant("prompt lookup", "also",
                                   lambda limit: self.generate(one, 1, limit, prompt_lookup_num_tokens=5))],
            "generate_8": [Variant(f"batch {batch}", "goal",
                                   lambda limit, batch=batch: self.generate(everyone, batch, limit)) for batch in (1, 8)],
            "attribution": [Variant("saved hidden states", "goal", self.attribution)],
            "forward": [Variant("last row", "goal", self.forward)],
            "gradient": [Variant("all gradients", "goal", lambda limit: self.gradient(frozen=False)),
                         Variant("parameters frozen", "also", lambda limit: self.gradient(frozen=True))],
        }

    def _ablations(self, path, batch, rows):
        name = f"batch {batch}" + (", target rows only" if rows == "target" else "")
        return Variant(name, "goal" if rows == "all" else "also",
                       lambda limit: self.ablations(self.workload[path], batch, rows, limit))

    def ablations(self, ablations, batch, rows, limit):
        """Hidden tokens have attention mask 0; positions stay. Logits of every row, as at2 asks for them, or of the rows
        that predict the response."""
        watch = Stopwatch()
        visible = self._attention_masks(ablations, limit)
        count = self.last - self.first
        parts = []
        with torch.no_grad():
            for some in visible.split(batch):
                output = self.model(input_ids=self.ids.expand(len(some), -1), attention_mask=some, use_cache=False,
                                    logits_to_keep=0 if rows == "all" else count)
                log_odds = compute_logit_probs(output.logits[:, -count:], self.labels.expand(len(some), -1).contiguous())
                parts.append(torch.nn.functional.logsigmoid(log_odds.double()))
        log_probs = torch.cat(parts)
        return Measured(watch.seconds(), [("log_probs", as_numbers(log_probs))])

    def _attention_masks(self, ablations, limit):
        masks = ablations["keep"][:limit]
        visible = torch.ones((len(masks), self.ids.shape[1]), dtype=torch.long)
        for row, mask in zip(visible, masks):
            for (begin, end), kept in zip(ablations["sources"], mask):
                if kept == "0":
                    row[begin:end] = 0
        return visible

    def generate(self, prompts, batch, limit, **more):
        new_tokens = limit or self.workload["new_tokens_of_one" if len(prompts) == 1 else "new_tokens_of_all"]
        watch = Stopwatch()
        rows = []
        for begin in range(0, len(prompts), batch):
            some = prompts[begin:begin + batch]
            longest = max(len(prompt) for prompt in some)
            ids = torch.tensor([[0] * (longest - len(prompt)) + prompt for prompt in some])
            visible = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in some])
            output = self.model.generate(input_ids=ids, attention_mask=visible, max_new_tokens=new_tokens,
                                         do_sample=False, **more)
            rows.append(output[:, longest:])
        ids = torch.cat(rows)
        return Measured(watch.seconds(), [("ids", as_numbers(ids))])

    def attribution(self, _limit):
        """at2's features with hidden states that were saved before."""
        if self.saved is None:
            with torch.no_grad():
                states = self.model(input_ids=self.ids, output_hidden_states=True, use_cache=False).hidden_states
            self.saved = types.SimpleNamespace(model=self.model, hidden_states=list(states))
        config = self.model.config
        extractor = AttentionFeatureExtractor(config.num_hidden_layers, config.num_attention_heads, config.model_type)
        watch = Stopwatch()
        features = extractor(self.saved, self.first, self.last)
        seconds = watch.seconds()
        begin, end = self.workload["context"]
        return Measured(seconds, [("features", as_numbers(features[:, begin:end]))])

    def forward(self, _limit):
        watch = Stopwatch()
        with torch.no_grad():
            logits = self.model(input_ids=self.ids, use_cache=False, logits_to_keep=1).logits[0]
        return Measured(watch.seconds(), [("log_probs", as_numbers(torch.log_softmax(logits.double(), -1)))])

    def gradient(self, frozen):
        """Forward and backward for the gradient of the response's log-probability at the input embeddings."""
        self.model.requires_grad_(not frozen)
        watch = Stopwatch()
        embeddings = self.model.get_input_embeddings()(self.ids).detach().requires_grad_(True)
        logits = self.model(inputs_embeds=embeddings, use_cache=False).logits[0, self.first - 1:]
        log_probs = torch.log_softmax(logits, -1).gather(1, self.labels[0][:, None])
        log_probs.sum().backward()
        begin, end = self.workload["context"]
        norms = embeddings.grad[0, begin:end].abs().sum(-1)
        seconds = watch.seconds()
        self.model.zero_grad(set_to_none=True)
        self.model.requires_grad_(False)
        return Measured(seconds, [("gradients", as_numbers(norms))])
