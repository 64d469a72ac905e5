#!/usr/bin/env python3
"""Writes the tokenizer.json of a model whose vocabulary was published as tiktoken ranks (Llama-3, Qwen2).

    tools/tiktoken_to_tokenizer.py --rules llama-3 tokenizer.model tokenizer.json
    tools/tiktoken_to_tokenizer.py --rules qwen2 --config tokenizer_config.json qwen.tiktoken tokenizer.json

A rank file has a token in base64 and its rank on each line. Added tokens are those of `added_tokens_decoder` in a
tokenizer_config.json; Llama-3's own list needs none. The standard library is enough.
"""

import argparse
import base64
import json
from pathlib import Path

WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
SIGNS = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
RULES = {"llama-3": {"pattern": WORDS + r"\p{N}{1,3}" + SIGNS, "normalizer": None, "ignore_merges": True},
         "qwen2": {"pattern": WORDS + r"\p{N}" + SIGNS, "normalizer": {"type": "NFC"}, "ignore_merges": False}}


def letters_of_bytes():
    """GPT-2's alphabet: a printable character for each byte, in latin-1 where that is visible, else from U+0100 on."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return {byte: chr(byte) for byte in visible} | {byte: chr(0x100 + i) for i, byte in enumerate(hidden)}


def read_ranks(path):
    lines = (line.split() for line in path.read_bytes().splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def merges_of(ranks):
    """All pairs of tokens that make a token, by its rank; pairs of one token by the ranks of left and right."""
    pairs = []
    for token, rank in ranks.items():
        for cut in range(1, len(token)):
            left, right = ranks.get(token[:cut]), ranks.get(token[cut:])
            if left is not None and right is not None:
                pairs.append((rank, left, right, token[:cut], token[cut:]))
    return [pair[3:] for pair in sorted(pairs)]


def llama3_added():
    names = ["begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1",
             "finetune_right_pad_id", "reserved_special_token_2", "start_header_id", "end_header_id", "eom_id", "eot_id",
             "python_tag"] + [f"reserved_special_token_{i}" for i in range(3, 248)]
    return [(128000 + i, f"<|{name}|>", True) for i, name in enumerate(names)]


def configured_added(path):
    decoder = json.loads(path.read_text(encoding="utf-8"))["added_tokens_decoder"]
    return [(int(id_), token["content"], token["special"]) for id_, token in decoder.items()]


def tokenizer_of(ranks, rules, added):
    letters = letters_of_bytes()
    spelled = lambda token: "".join(letters[byte] for byte in token)
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    split = {"type": "Split", "pattern": {"Regex": rules["pattern"]}, "behavior": "Isolated", "invert": False}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {"version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [{"id": id_, "content": token, **flags, "special": special} for id_, token, special in added],
            "normalizer": rules["normalizer"],
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
            "post_processor": None,
            "decoder": byte_level | {"use_regex": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                      "ignore_merges": rules["ignore_merges"],
                      "vocab": {spelled(token): rank for token, rank in ranks.items()},
                      "merges": [[spelled(left), spelled(right)] for left, right in merges_of(ranks)]}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ranks", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rules", choices=RULES, required=True)
    parser.add_argument("--config", type=Path, help="a tokenizer_config.json with the added tokens")
    arguments = parser.parse_args()
    if arguments.config is None and arguments.rules != "llama-3":
        parser.error("--config is needed: only Llama-3's added tokens are known here")
    added = configured_added(arguments.config) if arguments.config else llama3_added()
    tokenizer = tokenizer_of(read_ranks(arguments.ranks), RULES[arguments.rules], added)
    arguments.out.write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
