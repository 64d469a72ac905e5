#!/usr/bin/env python3
"""Makes the goldens of tests/checkpoint with the PyPI package `gguf`, which is not needed to build or run AT2.

    pip install gguf==0.19.0
    tools/make_quantization_goldens.py MODEL.gguf tests/golden/checkpoint

blocks.gguf           random blocks of every type that AT2 decodes, and a metadata value of every type
floats.safetensors    what `gguf` decodes from them
model_rows.safetensors  what `gguf` decodes from a few rows of MODEL, AT2's default model
"""

import json
import struct
import sys
from pathlib import Path

import gguf
import numpy as np

ROWS, COLUMNS = 2, 512
# Where the half-precision scales of a block lie, in bytes from its start.
HALVES = {"F16": None, "BF16": None, "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
          "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
MODEL_ROWS = [("token_embd.weight", 0), ("token_embd.weight", 49151), ("blk.0.attn_q.weight", 17),
              ("blk.29.ffn_down.weight", 575), ("output_norm.weight", None)]


def random_halves(random, count):
    """Finite half-precision numbers, subnormal ones and both zeros among them."""
    halves = random.integers(0, 1 << 16, count, dtype=np.uint16)
    halves[(halves & 0x7C00) == 0x7C00] &= 0x83FF
    return halves


def random_rows(random, name):
    """Bytes [rows, bytes per row] of random blocks without NaN or infinity."""
    elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]]
    blocks = ROWS * COLUMNS // elements
    if name == "F32":
        return random.standard_normal((ROWS, COLUMNS), dtype=np.float32).view(np.uint8)
    if name == "F16":
        return random_halves(random, blocks).view(np.uint8).reshape(ROWS, -1)
    if name == "BF16":
        upper = random.standard_normal(blocks, dtype=np.float32).view(np.uint32) >> 16
        return upper.astype(np.uint16).view(np.uint8).reshape(ROWS, -1)
    content = random.integers(0, 256, (blocks, size), dtype=np.uint8)
    for offset in HALVES[name]:
        content[:, offset:offset + 2] = random_halves(random, blocks).view(np.uint8).reshape(blocks, 2)
    return content.reshape(ROWS, -1)


def decode(content, name):
    return np.ascontiguousarray(gguf.quants.dequantize(content, gguf.GGMLQuantizationType[name]), dtype=np.float32)


def write_safetensors(path, arrays):
    header, offset = {}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(array.tobytes() for array in arrays.values()))


def add_metadata(writer):
    writer.add_uint8("test.u8", 200)
    writer.add_int8("test.i8", -100)
    writer.add_uint16("test.u16", 60000)
    writer.add_int16("test.i16", -30000)
    writer.add_uint32("test.u32", 4000000000)
    writer.add_int32("test.i32", -2000000000)
    writer.add_uint64("test.u64", 2**63 + 5)
    writer.add_int64("test.i64", -(2**62))
    writer.add_float32("test.f32", 0.1)
    writer.add_float64("test.f64", 0.1)
    writer.add_bool("test.bool", True)
    writer.add_string("test.text", "one two Ω")
    writer.add_array("test.texts", ["a", "", "Ġthe"])
    writer.add_array("test.integers", [1, -2, 3])
    writer.add_array("test.reals", [0.5, -0.25])


def main():
    model, folder = Path(sys.argv[1]), Path(sys.argv[2])
    random = np.random.default_rng(20)
    writer = gguf.GGUFWriter(folder / "blocks.gguf", "test")
    add_metadata(writer)
    floats = {}
    for name in ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]:
        content = random_rows(random, name)
        writer.add_tensor(name, content, raw_dtype=gguf.GGMLQuantizationType[name])
        floats[name] = decode(content, name)
        assert floats[name].shape == (ROWS, COLUMNS) and np.isfinite(floats[name]).all(), name
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    write_safetensors(folder / "floats.safetensors", floats)

    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(model).tensors}
    rows = {}
    for name, row in MODEL_ROWS:
        content = tensors[name].data if row is None else tensors[name].data[row]
        rows[name if row is None else f"{name}:{row}"] = decode(content, tensors[name].tensor_type.name)
    write_safetensors(folder / "model_rows.safetensors", rows)


if __name__ == "__main__":
    main()
