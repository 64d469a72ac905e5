#!/usr/bin/env python3
"""Writes the features of attention heads (value_norm and logit_contribution) beside the golden files of the tiny models.

    pip install safetensors numpy
    tools/make_feature_goldens.py tests/golden/tiny-models

Plain NumPy in float64, from what transformers computed: attention weights and hidden states of golden.safetensors. For
every folder that has one, features.safetensors gets (T tokens, L layers, H query heads, S tokens of the span, G targets):

  targets [G, 2] i32                 token ranges; the row before a token predicts it
  span [2] i32                       the tokens attended to
  attention_GSF                      mean over the target's rows of the attention to each token of the span, F = L H
  value_norm_GSF                     the same, each weight times |p W_O v| / r
  logit_contribution_GSF             the same, each weight times <p W_O v, g (u_y - mean u)> / r

v: value of the head at that token; W_O: the head's columns of the output projection; u: rows of the output embedding, y the
token that the row predicts; g: weight of the final norm. Where the attention's output is normed (Gemma), p is that norm's
weight and r its divisor in that row; elsewhere both are 1.
"""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


def norm(x, weight, epsilon):
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon) * weight


class Checkpoint:
    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        self.tensors = {name: array.astype(np.float64) for name, array in load_file(folder / "model.safetensors").items()}
        self.heads = self.config["num_attention_heads"]
        self.kv_heads = self.config.get("num_key_value_heads", self.heads)
        self.width = self.config.get("head_dim") or self.config["hidden_size"] // self.heads
        self.gemma = self.config["model_type"].startswith("gemma")
        self.epsilon = self.config["rms_norm_eps"]

    def norm_weight(self, name):
        return self.tensors[name] + (1 if self.gemma else 0)

    def head(self):
        name = "lm_head.weight"
        return self.tensors[name if name in self.tensors else "model.embed_tokens.weight"]

    def values(self, layer, hidden):
        """[N, T, K]"""
        prefix = f"model.layers.{layer}."
        x = norm(hidden, self.norm_weight(prefix + "input_layernorm.weight"), self.epsilon)
        fused = prefix + "self_attn.qkv_proj.weight"
        if fused in self.tensors:
            weight = self.tensors[fused][-self.kv_heads * self.width:]
        else:
            weight = self.tensors[prefix + "self_attn.v_proj.weight"]
        v = x @ weight.T + self.tensors.get(prefix + "self_attn.v_proj.bias", 0)
        return v.reshape(len(x), self.kv_heads, self.width).transpose(1, 0, 2)

    def output(self, layer):
        """[H, K, D]"""
        weight = self.tensors[f"model.layers.{layer}.self_attn.o_proj.weight"]
        return weight.T.reshape(self.heads, self.width, -1)


def features_of(folder):
    checkpoint, golden = Checkpoint(folder), load_file(folder / "golden.safetensors")
    ids, attentions = golden["input_ids"].astype(int), golden["attentions"].astype(np.float64)
    length, layers, heads = len(ids), attentions.shape[0], attentions.shape[1]
    targets, span = [(length - 12, length - 7), (length - 6, length - 5), (length - 5, length)], (1, length - 14)
    unembedding = checkpoint.head()
    readout = (unembedding - unembedding.mean(0)) * checkpoint.norm_weight("model.norm.weight")
    found = {name: np.zeros((len(targets), span[1] - span[0], layers * heads))
             for name in ("attention", "value_norm", "logit_contribution")}
    for layer in range(layers):
        values = checkpoint.values(layer, golden["hidden_states"][layer].astype(np.float64))
        written = np.stack([values[h // (heads // checkpoint.kv_heads)] @ checkpoint.output(layer)[h]
                            for h in range(heads)])  # [H, T, D]
        divisor = np.ones(length)
        if checkpoint.gemma:
            total = np.einsum("hqt,htd->qd", attentions[layer], written)
            divisor = np.sqrt((total**2).mean(-1) + checkpoint.epsilon)
            written = written * checkpoint.norm_weight(f"model.layers.{layer}.post_attention_layernorm.weight")
        for g, (begin, end) in enumerate(targets):
            for h in range(heads):
                f = layer * heads + h
                for token in range(begin, end):
                    row = token - 1
                    weights = attentions[layer, h, row, span[0]:span[1]] / (end - begin)
                    outputs = written[h, span[0]:span[1]]
                    found["attention"][g, :, f] += weights
                    found["value_norm"][g, :, f] += weights * np.linalg.norm(outputs, axis=1) / divisor[row]
                    found["logit_contribution"][g, :, f] += weights * (outputs @ readout[ids[token]]) / divisor[row]
    arrays = {f"{name}_GSF": array.astype(np.float32) for name, array in found.items()}
    arrays["targets"] = np.array(targets, dtype=np.int32)
    arrays["span"] = np.array(span, dtype=np.int32)
    return arrays


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for golden in sorted(Path(sys.argv[1]).glob("*/golden.safetensors")):
        save_file(features_of(golden.parent), golden.parent / "features.safetensors")
        print(golden.parent.name)


if __name__ == "__main__":
    main()
