#!/usr/bin/env python3
"""Packs the inputs of tests/fuzz into one file that checkpoint_unit_test reads, or unpacks them as seeds.

    pip install safetensors numpy
    tools/fuzz_corpus.py unpack tests/golden/checkpoint/fuzz_corpus.safetensors FOLDER
    tools/fuzz_corpus.py pack tests/golden/checkpoint/fuzz_corpus.safetensors FOLDER

FOLDER has a folder of inputs for each fuzzer: gguf and safetensors. In the packed file each input is a tensor of bytes,
"gguf/0000" and so on. Before packing, `gguf_fuzz -merge=1 -set_cover_merge=1 FOLDER/gguf CORPUS` leaves few inputs.
"""

import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


def pack(packed, folder):
    arrays = {}
    for fuzzer in sorted(path for path in folder.iterdir() if path.is_dir()):
        for number, file in enumerate(sorted(fuzzer.iterdir())):
            arrays[f"{fuzzer.name}/{number:04}"] = np.frombuffer(file.read_bytes(), dtype=np.uint8)
    save_file(arrays, packed)


def unpack(packed, folder):
    for name, array in load_file(packed).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(array.tobytes())


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("pack", "unpack"):
        sys.exit(__doc__)
    action = pack if sys.argv[1] == "pack" else unpack
    action(Path(sys.argv[2]), Path(sys.argv[3]))


if __name__ == "__main__":
    main()
