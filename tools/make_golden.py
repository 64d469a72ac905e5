#!/usr/bin/env python3
"""Writes a golden file for `at2 verify-model`: what Hugging Face transformers computes for a checkpoint.

    pip install transformers torch safetensors numpy
    tools/make_golden.py --model FOLDER_OR_ID --out golden.safetensors

Any decoder that AutoModelForCausalLM loads will do; tried with transformers 4.51 and 5. No tokenizer is needed: the
tokens are random numbers from 3 upwards, unless --ids names others.

T tokens, V vocabulary, L layers, H query heads, D model width, R visible rows, N greedy tokens. All arrays are float32
but those marked i32; position ids are 0..T-1 in every run.

  input_ids [T] i32
  logits [T, V]                          all keys visible
  attentions [L, H, T, T]                softmax weights, [query, key]
  hidden_states [L+1, T, D]              input of each layer, then the output of the final norm
  target_log_probs [T-1]                 at t: log p(token t+1 | tokens 0..t), in float64 from the logits
  target_logit_probs [T-1]               at t: log(p / (1-p)), likewise
  ablated_key_mask [T] i32               0 for a random third of the positions 2..T-12, whose keys are hidden; else 1
  ablated_rows [R] i32                   the positions that are not hidden
  ablated_logits [R, V]                  of these rows
  ablated_target_log_probs, ablated_target_logit_probs [T-1]   NaN where row t is hidden
  greedy_ids [N] i32, greedy_margins [N] greedy continuation, the whole sequence recomputed for each token; best logit
                                         minus the second
  input_embeddings [T, D]                output of the embedding layer, scaled where the model scales it there
  grad_target_log_prob_sum [1]           sum of the log-probs of the last 10 tokens
  grad_embeddings [T, D], grad_l1 [T]    its gradient at input_embeddings, and the sum of absolute values over D
"""

import argparse
import json
import math
import re
import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file

LEAST_LENGTH = 16
USUAL_LENGTH = 48
# Tokens beyond a sliding window or the original length of a RoPE scaling.
BEYOND = 16
MOST_ATTENTION_BYTES = 1 << 30
GRADIENT_TOKENS = 10


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder of a checkpoint, or its name on the Hugging Face hub")
    parser.add_argument("--out", required=True, type=Path, help="file to write")
    parser.add_argument("--length", type=int, help="T. Default: %d, or as many as reach %d tokens beyond the sliding "
                        "window and the original RoPE length if config.json has them; but %d, with a warning, where "
                        "the attention weights would take more than 1 GiB" % (USUAL_LENGTH, BEYOND, USUAL_LENGTH))
    parser.add_argument("--ids", type=Path, help="take the tokens from this file: a JSON list, numbers apart by spaces "
                        "or commas, or a golden file (.safetensors), whose hidden positions are taken, too")
    parser.add_argument("--seed", type=int, default=1234, help="of tokens and hidden positions (default %(default)s)")
    parser.add_argument("--greedy", type=int, default=16, help="N (default %(default)s)")
    parser.add_argument("--dtype", choices=["float32", "bfloat16", "float16"], default="float32",
                        help="of weights and arithmetic; arrays are stored as float32 (default %(default)s)")
    parser.add_argument("--device", default="cpu", help="a torch device (default %(default)s)")
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's choice)")
    return parser.parse_args()


def load_model(arguments):
    version = tuple(int(part) for part in re.findall(r"\d+", transformers.__version__)[:2])
    dtype_name = "dtype" if version >= (4, 56) else "torch_dtype"
    model = transformers.AutoModelForCausalLM.from_pretrained(
        arguments.model, attn_implementation="eager", **{dtype_name: getattr(torch, arguments.dtype)})
    return model.eval().to(arguments.device)


def values_of(tree, key):
    """Every integer under `key`, at any depth of a config: versions of transformers nest the RoPE keys differently."""
    found = [tree[key]] if isinstance(tree.get(key), int) else []
    for child in tree.values():
        if isinstance(child, dict):
            found += values_of(child, key)
    return found


def default_length(config):
    keys = config.to_dict()
    crossed = values_of(keys, "original_max_position_embeddings")
    if keys.get("use_sliding_window", True):
        crossed += values_of(keys, "sliding_window")
    longest = keys.get("max_position_embeddings") or sys.maxsize
    wanted = max([USUAL_LENGTH] + [min(border + BEYOND, longest) for border in crossed if border < longest])
    attention_bytes = 4 * config.num_hidden_layers * config.num_attention_heads * wanted**2
    if attention_bytes > MOST_ATTENTION_BYTES:
        print(f"warning: {wanted} tokens would reach beyond the sliding window and the original RoPE length, but their "
              f"attention weights take {attention_bytes >> 30} GiB: {USUAL_LENGTH} tokens, which do not. --length "
              f"{wanted} does it nevertheless.", file=sys.stderr)
        return USUAL_LENGTH
    return wanted


def read_ids(path):
    """Tokens, and the key mask where the file is a golden file."""
    if path.suffix == ".safetensors":
        arrays = load_file(path)
        return arrays["input_ids"].long(), arrays["ablated_key_mask"].long()
    text = path.read_text()
    numbers = json.loads(text) if text.lstrip().startswith("[") else text.replace(",", " ").split()
    return torch.tensor([int(number) for number in numbers]), None


def random_mask(length, seed):
    candidates = np.arange(2, length - GRADIENT_TOKENS - 1)
    hidden = np.random.RandomState(seed).choice(candidates, size=len(candidates) // 3, replace=False)
    mask = torch.ones(length, dtype=torch.long)
    mask[torch.from_numpy(np.sort(hidden))] = 0
    return mask


def choose_inputs(arguments, config):
    ids, mask = read_ids(arguments.ids) if arguments.ids else (None, None)
    if ids is None:
        length = arguments.length or default_length(config)
        ids = torch.from_numpy(np.random.RandomState(arguments.seed).randint(3, config.vocab_size, length))
    if len(ids) < LEAST_LENGTH or ids.min() < 0 or ids.max() >= config.vocab_size:
        sys.exit(f"make_golden: {len(ids)} tokens from {int(ids.min())} to {int(ids.max())} cannot be used (at least "
                 f"{LEAST_LENGTH} from 0 to {config.vocab_size - 1} are needed)")
    return ids, random_mask(len(ids), arguments.seed) if mask is None else mask


def run(model, tokens, mask=None, **options):
    """One pass without cache over tokens [T], or over embeddings [T, D]; keys where `mask` [T] is 0 are hidden."""
    length = len(tokens)
    entrance = "inputs_embeds" if tokens.is_floating_point() else "input_ids"
    visible = torch.ones(length, dtype=torch.long) if mask is None else mask
    return model(**{entrance: tokens[None].to(model.device)}, attention_mask=visible[None].to(model.device),
                 position_ids=torch.arange(length, device=model.device)[None], use_cache=False, **options)


def target_probabilities(logits, ids):
    """Log-probs and logit-probs [T-1] of the tokens that follow."""
    exact = logits[:-1].double()
    following = ids[1:, None]
    of_target = exact.gather(1, following).squeeze(1)
    of_others = exact.scatter(1, following, -math.inf).logsumexp(1)
    return of_target - exact.logsumexp(1), of_target - of_others


def full_run(model, ids):
    outcome = run(model, ids, output_attentions=True, output_hidden_states=True)
    logits = outcome.logits[0].float().cpu()
    log_probs, logit_probs = target_probabilities(logits, ids)
    return {"logits": logits, "target_log_probs": log_probs, "target_logit_probs": logit_probs,
            "attentions": torch.cat(outcome.attentions), "hidden_states": torch.cat(outcome.hidden_states)}


def ablated_run(model, ids, mask):
    logits = run(model, ids, mask).logits[0].float().cpu()
    rows = mask.nonzero().squeeze(1)
    arrays = {"ablated_key_mask": mask, "ablated_rows": rows, "ablated_logits": logits[rows]}
    for name, values in zip(("log", "logit"), target_probabilities(logits, ids)):
        arrays[f"ablated_target_{name}_probs"] = values.masked_fill(mask[:-1] == 0, math.nan)
    return arrays


def greedy_run(model, ids, count):
    sequence, margins = ids, []
    for _ in range(count):
        best = run(model, sequence).logits[0, -1].float().cpu().topk(2)
        margins.append(float(best.values[0] - best.values[1]))
        sequence = torch.cat([sequence, best.indices[:1]])
    return {"greedy_ids": sequence[len(ids):], "greedy_margins": torch.tensor(margins)}


def gradient_run(model, ids):
    embeddings = model.get_input_embeddings()(ids.to(model.device)).detach().requires_grad_(True)
    logits = run(model, embeddings).logits[0].float().cpu()
    log_probs = torch.log_softmax(logits[:-1], -1).gather(1, ids[1:, None])
    total = log_probs[-GRADIENT_TOKENS:].sum()
    gradient, = torch.autograd.grad(total, embeddings)
    return {"input_embeddings": embeddings, "grad_target_log_prob_sum": total[None], "grad_embeddings": gradient,
            "grad_l1": gradient.double().abs().sum(-1)}


def storable(array):
    plain = array.detach().cpu().contiguous()
    return plain.float() if plain.is_floating_point() else plain.to(torch.int32)


def main():
    arguments = parse_arguments()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    model = load_model(arguments)
    ids, mask = choose_inputs(arguments, model.config.get_text_config())
    with torch.no_grad():
        arrays = {"input_ids": ids, **full_run(model, ids), **ablated_run(model, ids, mask),
                  **greedy_run(model, ids, arguments.greedy)}
    arrays.update(gradient_run(model, ids))
    metadata = {"transformers": transformers.__version__, "torch": torch.__version__, "dtype": arguments.dtype,
                "model_type": model.config.model_type, "seed": str(arguments.seed)}
    save_file({name: storable(array) for name, array in arrays.items()}, arguments.out, metadata=metadata)
    print(f"{arguments.out}: {metadata['model_type']}, {len(ids)} tokens, smallest greedy margin "
          f"{float(arrays['greedy_margins'].min()):.3g}")


if __name__ == "__main__":
    main()
