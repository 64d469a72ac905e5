#!/usr/bin/env python3
"""Writes a Llama checkpoint of any size with random bfloat16 weights: for measuring speed and memory, not for text.

    tools/make_random_checkpoint.py FOLDER                     # the shape of Llama-3.1-8B, 16 GB in shards
    tools/make_random_checkpoint.py FOLDER --layers 2 ...      # smaller

Needs numpy only. Large tensors repeat a block of random numbers, since nothing depends on their values.
"""

import argparse
import json
from pathlib import Path

import numpy as np

BLOCK = 1 << 24
SHARD_BYTES = 4 << 30


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--width", type=int, default=4096)
    parser.add_argument("--heads", type=int, default=32)
    parser.add_argument("--kv-heads", type=int, default=8)
    parser.add_argument("--feed-forward", type=int, default=14336)
    parser.add_argument("--vocabulary", type=int, default=128256)
    return parser.parse_args()


def shapes_of(options):
    kv_width = options.width // options.heads * options.kv_heads
    shapes = {"model.embed_tokens.weight": (options.vocabulary, options.width), "model.norm.weight": (options.width,),
              "lm_head.weight": (options.vocabulary, options.width)}
    for layer in range(options.layers):
        prefix = f"model.layers.{layer}."
        shapes |= {prefix + "input_layernorm.weight": (options.width,),
                   prefix + "post_attention_layernorm.weight": (options.width,),
                   prefix + "self_attn.q_proj.weight": (options.width, options.width),
                   prefix + "self_attn.k_proj.weight": (kv_width, options.width),
                   prefix + "self_attn.v_proj.weight": (kv_width, options.width),
                   prefix + "self_attn.o_proj.weight": (options.width, options.width),
                   prefix + "mlp.gate_proj.weight": (options.feed_forward, options.width),
                   prefix + "mlp.up_proj.weight": (options.feed_forward, options.width),
                   prefix + "mlp.down_proj.weight": (options.width, options.feed_forward)}
    return shapes


def shards_of(shapes):
    shards, size = [{}], 0
    for name, shape in shapes.items():
        count = 2 * int(np.prod(shape))
        if shards[-1] and size + count > SHARD_BYTES:
            shards.append({})
            size = 0
        shards[-1][name] = shape
        size += count
    return shards


def write_shard(path, shapes, block):
    header, offset = {}, 0
    for name, shape in shapes.items():
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for shape in shapes.values():
            left = int(np.prod(shape))
            while left > 0:
                part = block[:left]
                file.write(part.tobytes())
                left -= len(part)


def main():
    options = parse_arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    numbers = np.random.default_rng(1).normal(0, 0.02, BLOCK).astype(np.float32)
    block = (numbers.view(np.uint32) >> 16).astype(np.uint16)
    shards = shards_of(shapes_of(options))
    weight_map = {}
    for i, shapes in enumerate(shards):
        name = f"model-{i + 1:05}-of-{len(shards):05}.safetensors"
        write_shard(options.folder / name, shapes, block)
        weight_map |= {tensor: name for tensor in shapes}
    (options.folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    config = {"model_type": "llama", "num_hidden_layers": options.layers, "hidden_size": options.width,
              "num_attention_heads": options.heads, "num_key_value_heads": options.kv_heads,
              "intermediate_size": options.feed_forward, "vocab_size": options.vocabulary, "rms_norm_eps": 1e-5,
              "rope_theta": 500000.0, "max_position_embeddings": 131072, "tie_word_embeddings": False,
              "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                               "original_max_position_embeddings": 8192},
              "eos_token_id": 1, "torch_dtype": "bfloat16"}
    (options.folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


main()
