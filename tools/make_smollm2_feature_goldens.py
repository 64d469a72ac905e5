#!/usr/bin/env python3
"""Writes the features of SmolLM2's attention heads for a text of our own, for SmolLm2FeaturesGoldenTest.

    pip install numpy==2.4.6 safetensors gguf==0.19.0 tokenizers==0.21.4
    tools/make_smollm2_feature_goldens.py SmolLM2-135M-Instruct.Q4_1.gguf tests/golden/smollm2/features.safetensors

The model is the one that launch/setup fetches. The whole forward pass is plain NumPy in float64: only the blocks are
decoded by `gguf`, and the text by `tokenizers`. Before anything is written, attention and log-probs of dolly-17, in the
same folder, must be those of transformers. T tokens, G targets, U target tokens one after another, S sources (the
sentences of the context), C some tokens of the context, F features = 30 layers x 9 query heads:

  input_ids [T] i32                  chat with a context, a question and an answer
  targets [G, 2] i32                 token ranges of the answer's sentences; the row before a token predicts it
  sources [S, 2] i32                 token ranges of the context's sentences; the span is all of them
  chosen [C] i32                     every third token of the span
  log_probs_U                        of the target tokens: says whether the pass itself agrees
  attention_GSF, value_norm_GSF, logit_contribution_GSF      as in make_feature_goldens.py, summed over a source's tokens
  attention_GCF, value_norm_GCF, logit_contribution_GCF      of the chosen tokens
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

CONTEXT = ["The lighthouse on Gull Rock was built in 1874 by the engineer Marta Lindqvist.",
           "Its lamp burned whale oil at first, and a keeper had to climb 163 steps every night to fill it.",
           "In 1931 the lamp was replaced by an electric one, so the last keeper moved back to the village.",
           "Today the tower belongs to a small museum that opens in summer."]
QUERY = "Who built the lighthouse, and why did the keeper leave?"
ANSWER = ["The lighthouse was built by Marta Lindqvist.",
          "The keeper left because an electric lamp replaced the one that burned oil."]
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
NAMES = ("attention", "value_norm", "logit_contribution")


class Checkpoint:
    def __init__(self, path):
        self.reader = gguf.GGUFReader(path)
        self.tensors = {tensor.name: tensor for tensor in self.reader.tensors}
        self.layers = self.number("llama.block_count")
        self.heads = self.number("llama.attention.head_count")
        self.kv_heads = self.number("llama.attention.head_count_kv")
        self.epsilon = self.number("llama.attention.layer_norm_rms_epsilon")
        self.frequency = self.number("llama.rope.freq_base")
        self.embedding = self["token_embd"]  # Also the head: the file has no other.
        self.width = self.embedding.shape[1] // self.heads

    def number(self, key):
        return self.reader.fields[key].contents()

    def __getitem__(self, name):
        tensor = self.tensors[name + ".weight"]
        return gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float64)

    def tokenizer(self):
        tokens, types = self.number("tokenizer.ggml.tokens"), self.number("tokenizer.ggml.token_type")
        merges = [tuple(merge.split(" ")) for merge in self.number("tokenizer.ggml.merges")]
        tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
        control = [token for token, kind in zip(tokens, types) if kind == 3]
        tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in control])
        return tokenizer


def tokenized(checkpoint):
    """Token ids, ranges of the answer's sentences, ranges of the context's."""
    prompt = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\nContext: "
    middle = f"\n\nQuery: {QUERY}<|im_end|>\n<|im_start|>assistant\n"
    text, ranges = prompt, []
    for part, after in ((CONTEXT, middle), (ANSWER, "")):
        begins = [len(text) + sum(len(sentence) + 1 for sentence in part[:i]) for i in range(len(part))]
        ranges.append([(begin, begin + len(sentence)) for begin, sentence in zip(begins, part)])
        text += " ".join(part) + after
    encoding = checkpoint.tokenizer().encode(text)

    def tokens_of(begin, end):
        inside = [i for i, (first, last) in enumerate(encoding.offsets) if begin < last <= end]
        return inside[0], inside[-1] + 1

    sources, targets = ([tokens_of(*characters) for characters in part] for part in ranges)
    return np.array(encoding.ids), targets, sources


def norm(x, weight, epsilon):
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon) * weight


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def heads_of(x, count):
    """[T, count K] -> [count, T, K]"""
    return x.reshape(len(x), count, -1).transpose(1, 0, 2)


def rotated(x_HTK, frequency):
    """This format stores the rows of Q and K such that neighbours are the pairs that turn."""
    pairs = x_HTK.reshape(*x_HTK.shape[:-1], -1, 2)
    z = pairs[..., 0] + 1j * pairs[..., 1]
    angle = np.arange(z.shape[1])[:, None] * frequency ** (-np.arange(z.shape[2]) / z.shape[2])
    z = z * np.exp(1j * angle)
    return np.stack([z.real, z.imag], -1).reshape(x_HTK.shape)


def attend(checkpoint, layer, x_TD):
    """Attention weights [H, T, T] and what every head writes for every token, [H, T, D]."""
    block, group = f"blk.{layer}.", checkpoint.heads // checkpoint.kv_heads
    x = norm(x_TD, checkpoint[block + "attn_norm"], checkpoint.epsilon)
    q = rotated(heads_of(x @ checkpoint[block + "attn_q"].T, checkpoint.heads), checkpoint.frequency)
    k = rotated(heads_of(x @ checkpoint[block + "attn_k"].T, checkpoint.kv_heads), checkpoint.frequency)
    v = heads_of(x @ checkpoint[block + "attn_v"].T, checkpoint.kv_heads)
    later = np.triu(np.full((len(x), len(x)), -np.inf), 1)
    output = heads_of(checkpoint[block + "attn_output"], checkpoint.heads)  # [H, D, K]
    weights = np.stack([softmax(q[h] @ k[h // group].T / np.sqrt(checkpoint.width) + later)
                        for h in range(checkpoint.heads)])
    return weights, np.stack([v[h // group] @ output[h].T for h in range(checkpoint.heads)])


def feed_forward(checkpoint, layer, x_TD):
    block = f"blk.{layer}."
    x = norm(x_TD, checkpoint[block + "ffn_norm"], checkpoint.epsilon)
    gate = x @ checkpoint[block + "ffn_gate"].T
    return (gate / (1 + np.exp(-gate)) * (x @ checkpoint[block + "ffn_up"].T)) @ checkpoint[block + "ffn_down"].T


def features_of_layer(weights_HTT, written_HTD, readout_UD, targets, span):
    """{name: [G, T of the span, H]}; readout of all target tokens, one after another."""
    written = written_HTD[:, span[0]:span[1]]
    lengths = np.linalg.norm(written, axis=-1)  # [H, T]
    found, first = {name: [] for name in NAMES}, 0
    for begin, end in targets:
        weights = weights_HTT[:, begin - 1:end - 1, span[0]:span[1]]  # [H, U, T]
        gains = np.einsum("ud,htd->hut", readout_UD[first:first + end - begin], written)
        for name, factor in zip(NAMES, (1, lengths[:, None], gains)):
            found[name].append((weights * factor).mean(1).T)
        first += end - begin
    return {name: np.stack(parts) for name, parts in found.items()}


def features_of(checkpoint, ids, targets, sources):
    span, gain = (sources[0][0], sources[-1][1]), checkpoint["output_norm"]
    written_ids = np.concatenate([ids[begin:end] for begin, end in targets])
    readout = (checkpoint.embedding[written_ids] - checkpoint.embedding.mean(0)) * gain
    x, layers = checkpoint.embedding[ids], []
    for layer in range(checkpoint.layers):
        weights, written = attend(checkpoint, layer, x)
        layers.append(features_of_layer(weights, written, readout, targets, span))
        x = x + np.einsum("hqt,htd->qd", weights, written)
        x = x + feed_forward(checkpoint, layer, x)
    rows = np.concatenate([np.arange(begin, end) - 1 for begin, end in targets])
    probabilities = softmax(norm(x[rows], gain, checkpoint.epsilon) @ checkpoint.embedding.T)
    chosen = np.arange(0, span[1] - span[0], 3)
    arrays = {"log_probs_U": np.log(probabilities[np.arange(len(rows)), written_ids])}
    for name in NAMES:
        tokens = np.concatenate([layer[name] for layer in layers], -1)  # [G, T, F]
        arrays[name + "_GCF"] = tokens[:, chosen]
        arrays[name + "_GSF"] = np.stack([tokens[:, b - span[0]:e - span[0]].sum(1) for b, e in sources], 1)
    integers = {"input_ids": ids, "targets": targets, "sources": sources, "chosen": chosen + span[0]}
    return ({name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()} |
            {name: np.array(array, dtype=np.int32) for name, array in integers.items()})


def compare_with_transformers(checkpoint, folder):
    """Fails unless attention and log-probs of an example of the other goldens are theirs, up to rounding of float32."""
    examples = json.loads((folder / "examples.json").read_text())["examples"]
    example = next(example for example in examples if example["name"] == "dolly-17")
    theirs, ids = load_file(folder / example["arrays"]), np.array(example["prompt_ids"] + example["generated_ids"])
    begin, end = example["target_token_range"]
    ours = features_of(checkpoint, ids[:end], [(begin, end)], example["sentence_source_token_ranges"])
    for name, array, tolerance in (("features_sentence", ours["attention_GSF"], 1e-5),
                                   ("full_token_log_probs", ours["log_probs_U"], 2e-3)):
        difference = abs(array - theirs[name]).max()
        print(f"dolly-17, {name}: {difference:.1e} from transformers'")
        assert difference < tolerance, name


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    checkpoint = Checkpoint(sys.argv[1])
    compare_with_transformers(checkpoint, Path(sys.argv[2]).parent)
    arrays = features_of(checkpoint, *tokenized(checkpoint))
    save_file(arrays, sys.argv[2])
    print(f"{len(arrays['input_ids'])} tokens; log-probs of the targets:", np.round(arrays["log_probs_U"], 3))


if __name__ == "__main__":
    main()
