#!/usr/bin/env python3
"""Makes tests/golden/gguf-models: tiny GGUF files, and what they hold as Hugging Face folders.

    pip install gguf==0.19.0
    tools/make_gguf_models.py tests/golden/gguf-models

For each architecture, ARCH.gguf is laid out as llama.cpp's converter does it, its matrices in turn of every type that AT2
decodes (the vectors are F32). The package `gguf` names the tensors, writes the file and de-quantises the blocks; the
folder ARCH holds config.json, generation_config.json and the same numbers under Hugging Face's names. Loading either must
give the same bits.

`gguf` cannot quantise to the K types, so blocks of all types are random bytes. Their scales are powers of two, which makes
every weight exact in half precision: the folders need no more than that.
"""

import argparse
import json
import math
import struct
from pathlib import Path

import gguf
import numpy as np

SEED = 1234
COMMON = dict(vocab_size=40, hidden_size=32, intermediate_size=256, num_hidden_layers=3, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=128, hidden_act="silu", rms_norm_eps=1e-5, bos_token_id=0,
              eos_token_id=1, torch_dtype="float32")
LONGROPE = {"type": "longrope", "short_factor": [1.0, 1.125, 1.25], "long_factor": [1.5, 2.5, 4.0]}
LLAMA3_ROPE = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 16}
# What differs from COMMON. Gemma 3 has six layers because GGUF files do not say which layers see all tokens: every sixth.
CONFIGS = {
    "llama": dict(architectures=["LlamaForCausalLM"], model_type="llama", tie_word_embeddings=False, rope_theta=20000.0,
                  head_dim=8, rope_scaling=LLAMA3_ROPE),
    "qwen2": dict(architectures=["Qwen2ForCausalLM"], model_type="qwen2", tie_word_embeddings=False,
                  rope_theta=1000000.0, use_sliding_window=False),
    "qwen3": dict(architectures=["Qwen3ForCausalLM"], model_type="qwen3", tie_word_embeddings=True,
                  rope_theta=1000000.0, head_dim=16, attention_bias=False, use_sliding_window=False),
    "phi3": dict(architectures=["Phi3ForCausalLM"], model_type="phi3", tie_word_embeddings=False, rope_theta=10000.0,
                 original_max_position_embeddings=16, rope_scaling=LONGROPE, partial_rotary_factor=0.75,
                 sliding_window=None, pad_token_id=1),
    "gemma3": dict(architectures=["Gemma3ForCausalLM"], model_type="gemma3_text", num_hidden_layers=6,
                   rope_theta=1000000.0, rope_local_base_freq=10000.0, rope_scaling={"rope_type": "linear", "factor": 8.0},
                   sliding_window=8, sliding_window_pattern=6, head_dim=16, query_pre_attn_scalar=16,
                   hidden_activation="gelu_pytorch_tanh", attn_logit_softcapping=None, final_logit_softcapping=None,
                   pad_token_id=0),
}
# Bytes from a block's start and power of two of each half-precision scale; the powers give weights a deviation of
# about 0.15, and a second scale, that of the offsets, brings their mean to zero.
SCALES = {"Q4_0": [(0, -5)], "Q5_0": [(0, -6)], "Q8_0": [(0, -9)], "Q4_1": [(0, -5), (2, -2)], "Q5_1": [(0, -6), (2, -2)],
          "Q4_K": [(0, -11), (2, -8)], "Q5_K": [(0, -12), (2, -8)], "Q6_K": [(208, -12)]}
NARROW_TYPES = ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "BF16", "F16"]
WIDE_TYPES = ["Q4_K", "Q5_K", "Q6_K"]


def weight_shapes(config):
    """Hugging Face's names of all weights, with their shapes."""
    width, inner, heads = config["hidden_size"], config["intermediate_size"], config["num_attention_heads"]
    head = config.get("head_dim", width // heads)
    queries, keys = heads * head, config["num_key_value_heads"] * head
    kind = config["model_type"]
    layer = {"input_layernorm.weight": [width], "post_attention_layernorm.weight": [width]}
    if kind == "phi3":
        layer.update({"self_attn.qkv_proj.weight": [queries + 2 * keys, width], "mlp.gate_up_proj.weight": [2 * inner, width]})
    else:
        layer.update({"self_attn.q_proj.weight": [queries, width], "self_attn.k_proj.weight": [keys, width],
                      "self_attn.v_proj.weight": [keys, width], "mlp.gate_proj.weight": [inner, width],
                      "mlp.up_proj.weight": [inner, width]})
    layer.update({"self_attn.o_proj.weight": [width, queries], "mlp.down_proj.weight": [width, inner]})
    if kind == "qwen2":
        layer.update({f"self_attn.{name}_proj.bias": [size] for name, size in zip("qkv", (queries, keys, keys))})
    if kind in ("qwen3", "gemma3_text"):
        layer.update({"self_attn.q_norm.weight": [head], "self_attn.k_norm.weight": [head]})
    if kind == "gemma3_text":
        layer.update({"pre_feedforward_layernorm.weight": [width], "post_feedforward_layernorm.weight": [width]})
    shapes = {"model.embed_tokens.weight": [config["vocab_size"], width], "model.norm.weight": [width]}
    for number in range(config["num_hidden_layers"]):
        shapes.update({f"model.layers.{number}.{name}": shape for name, shape in layer.items()})
    if not config.get("tie_word_embeddings", True):
        shapes["lm_head.weight"] = [config["vocab_size"], width]
    return shapes


class TypeChoice:
    """Types for matrices in turn: those with blocks of 256 where the columns allow it."""

    def __init__(self):
        self.turns = {True: 0, False: 0}
        self.used = {"F32"}

    def next(self, shape):
        wide = shape[-1] % 256 == 0
        types = WIDE_TYPES if wide else NARROW_TYPES
        name = types[self.turns[wide] % len(types)]
        self.turns[wide] += 1
        self.used.add(name)
        return name


def random_vector(random, name, size):
    """Multiples of 1/1024, to which 1 can be added exactly: around 1 for norms, around 0 for biases."""
    noise = np.round(random.standard_normal(size) * 200) / 1024
    return (noise + (0 if name.endswith("bias") else 1)).astype(np.float32)


def random_matrix(random, type_name, shape):
    """Bytes [rows, bytes per row]."""
    if type_name in ("F16", "BF16"):
        values = (np.round(random.standard_normal(shape) * 40).clip(-128, 127) / 256).astype(np.float32)
        return gguf.quants.quantize(values, gguf.GGMLQuantizationType[type_name]).view(np.uint8)
    elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[type_name]]
    blocks = shape[0] * shape[1] // elements
    content = random.integers(0, 256, (blocks, size), dtype=np.uint8)
    if type_name == "Q6_K":  # 7 bits of the 8 of a sub-scale, or a weight would need 12 bits
        content[:, 192:208] = random.integers(-64, 64, (blocks, 16)).astype(np.int8).view(np.uint8)
    smaller = random.integers(0, 2, blocks)
    for place, power in SCALES[type_name]:
        sign = -1 if type_name.endswith("_1") and place == 2 else 1
        scale = (sign * np.exp2(power - smaller)).astype(np.float16)
        content[:, place:place + 2] = scale.view(np.uint8).reshape(blocks, 2)
    return content.reshape(shape[0], -1)


def decoded(content, type_name, shape):
    values = gguf.quants.dequantize(content, gguf.GGMLQuantizationType[type_name])
    return np.ascontiguousarray(values, dtype=np.float32).reshape(shape)


def rows_in_halves(weight, heads):
    """llama.cpp keeps the rows j and j + K/2 of each head side by side; Hugging Face keeps two halves."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def as_hugging_face(name, values, config):
    if config["model_type"] == "llama" and "q_proj" in name:
        return rows_in_halves(values, config["num_attention_heads"])
    if config["model_type"] == "llama" and "k_proj" in name:
        return rows_in_halves(values, config["num_key_value_heads"])
    if config["model_type"] == "gemma3_text" and name.endswith("norm.weight"):
        return values - 1
    return values


def llama3_divisors(config):
    """How many times slower each rotary frequency is than without scaling."""
    rope = config["rope_scaling"]
    width = config["head_dim"]
    divisors = []
    for j in range(width // 2):
        turns = rope["original_max_position_embeddings"] / (2 * math.pi * config["rope_theta"] ** (2 * j / width))
        kept = (turns - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
        kept = min(max(kept, 0.0), 1.0)
        divisors.append(1 / (kept + (1 - kept) / rope["factor"]))
    return np.array(divisors, dtype=np.float32)


def add_architecture(writer, arch, config):
    """Keys and tensors beside the weights, as the converter of llama.cpp writes them for this architecture."""
    writer.add_name(f"Tiny {arch}")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    if "head_dim" in config:
        writer.add_key_length(config["head_dim"])
        writer.add_value_length(config["head_dim"])
    if arch == "llama":
        writer.add_vocab_size(config["vocab_size"])
        writer.add_rope_dimension_count(config["head_dim"])
        writer.add_tensor("rope_freqs.weight", llama3_divisors(config))
    if arch == "phi3":
        original, longest = config["original_max_position_embeddings"], config["max_position_embeddings"]
        head = config["hidden_size"] // config["num_attention_heads"]
        writer.add_rope_dimension_count(int(head * config["partial_rotary_factor"]))
        writer.add_rope_scaling_orig_ctx_len(original)
        writer.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(longest / original) / math.log(original)))
        writer.add_sliding_window(config["sliding_window"] or 0)
        for length in ("long", "short"):
            factors = np.array(config["rope_scaling"][f"{length}_factor"], dtype=np.float32)
            writer.add_tensor(f"rope_factors_{length}.weight", factors)
    if arch == "gemma3":
        # Neither the base of the sliding layers (10000) nor which layers slide is written.
        writer.add_sliding_window(config["sliding_window"])
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(config["rope_scaling"]["factor"])


def add_vocabulary(writer, size):
    """Letters, digits and one merge: enough to read and write texts of them."""
    special = ["<b>", "<e>", "<u>"]
    tokens = special + list("abcdefghijklmnopqrstuvwxyz0123456789") + ["ab"]
    assert len(tokens) == size
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(special) + [1] * (size - len(special)))
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(1)
    writer.add_chat_template("{% for message in messages %}<b>{{ message.content }}{% endfor %}")


def smallest_exact(values):
    """Type name and bytes: half precision where it holds all values exactly."""
    half = values.astype(np.float16)
    return ("F16", half) if np.array_equal(half.astype(np.float32), values) else ("F32", values)


def write_safetensors(path, arrays):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, array) in arrays.items():
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    content = b"".join(array.tobytes() for _, array in arrays.values())
    path.write_bytes(struct.pack("<Q", len(text)) + text + content)


def write_json(path, content):
    path.write_text(json.dumps(content, indent=2) + "\n")


def make_model(arch, config, folder, random):
    writer = gguf.GGUFWriter(folder / f"{arch}.gguf", arch)
    add_architecture(writer, arch, config)
    add_vocabulary(writer, config["vocab_size"])
    names = gguf.get_tensor_name_map(getattr(gguf.MODEL_ARCH, arch.upper()), config["num_hidden_layers"])
    choice, arrays = TypeChoice(), {}
    for name, shape in weight_shapes(config).items():
        gguf_name = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert gguf_name, name
        if len(shape) == 1:
            values = random_vector(random, name, shape[0])
            writer.add_tensor(gguf_name, values)
            arrays[name] = ("F32", as_hugging_face(name, values, config))
            continue
        type_name = choice.next(shape)
        content = random_matrix(random, type_name, shape)
        writer.add_tensor(gguf_name, content, raw_dtype=gguf.GGMLQuantizationType[type_name])
        values = as_hugging_face(name, decoded(content, type_name, shape), config)
        if type_name == "BF16":
            arrays[name] = ("BF16", (values.view(np.uint32) >> 16).astype(np.uint16))
        else:
            arrays[name] = smallest_exact(values)
            assert arrays[name][0] == "F16", (name, type_name)
    assert choice.used == {"F32", *NARROW_TYPES, *WIDE_TYPES}, choice.used
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    (folder / arch).mkdir(exist_ok=True)
    write_safetensors(folder / arch / "model.safetensors", arrays)
    write_json(folder / arch / "config.json", config)
    write_json(folder / arch / "generation_config.json", {"bos_token_id": 0, "eos_token_id": 1})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for number, (arch, difference) in enumerate(CONFIGS.items()):
        make_model(arch, {**COMMON, **difference}, folder, np.random.default_rng([SEED, number]))


if __name__ == "__main__":
    main()
