#!/usr/bin/env python3
"""Serves the hot paths as the Python reference computes them: transformers, at2 and torch, in float32 on the CPU.

    peer.py --model FILE.gguf --workload FILE --threads N

Requests and replies are those of benchmarks/serve.h; a request may also name a "variant". The greeting says which
variants a path has.
"""

import argparse
import json
import os
import sys
from pathlib import Path


def megabytes(path, name):
    for line in Path(path).read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0


def reset_peak():
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def load_model(path):
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, torch_dtype=torch.float32)
    model.eval().requires_grad_(False)
    # Generations go on to the limit: what is timed must not depend on when a model stops.
    for config in (model.config, model.generation_config):
        config.eos_token_id = -1
        config.pad_token_id = 0
    return model


def answer(variants, request):
    path, wanted = request["run"], request.get("variant")
    if path not in variants:
        raise ValueError(f"there is no path {path}")
    variant = next(v for v in variants[path] if wanted in (None, v.name))
    reset_peak()
    measured = variant.run(request.get("limit"))
    reply = {"path": path, "variant": variant.name, "seconds": measured.seconds, "flops": 0,
             "numbers": [[name, len(values)] for name, values in measured.numbers],
             "peak_mb": megabytes("/proc/self/status", "VmHWM"), "pss_mb": megabytes("/proc/self/smaps_rollup", "Pss")}
    if "out" in request:
        with open(request["out"], "wb") as file:
            for _, values in measured.numbers:
                file.write(values.tobytes())
    return reply


def serve(variants, replies):
    for line in sys.stdin:
        try:
            reply = answer(variants, json.loads(line))
        except Exception as error:  # the other side is told, whatever it is
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=replies, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--workload", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    # The reference prints; replies have a stream of their own.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.environ["HF_HUB_OFFLINE"] = "1"

    import torch
    import transformers

    import model_paths
    import training

    torch.set_num_threads(options.threads)
    model = load_model(options.model)
    workload = json.loads(options.workload.read_text())
    variants = model_paths.ModelPaths(model, workload).variants() | training.variants()
    greeting = {"program": f"transformers {transformers.__version__}, at2 0.0.1, torch {torch.__version__}",
                "model": options.model.stem, "threads": torch.get_num_threads(), "dtype": "float32",
                "instruction_set": torch.backends.cpu.get_cpu_capability(),
                "variants": {path: [[v.name, v.role] for v in some] for path, some in variants.items()}}
    print(json.dumps(greeting), file=replies, flush=True)
    serve(variants, replies)


main()
