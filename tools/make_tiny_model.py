#!/usr/bin/env python3
"""Makes a tiny checkpoint with random weights of an architecture, for goldens by tools/make_golden.py.

    pip install transformers torch safetensors
    tools/make_tiny_model.py mistral tests/golden/tiny-models/mistral
    tools/make_golden.py --model tests/golden/tiny-models/mistral --out tests/golden/tiny-models/mistral/golden.safetensors

Every parameter is random, norm weights and biases too, so that a forgotten one shows. Sizes differ from each other
where the architecture lets them. To add an architecture, add a line to ARCHITECTURES.
"""

import argparse

import torch
import transformers

COMMON = dict(vocab_size=199, hidden_size=64, intermediate_size=112, num_hidden_layers=3, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=256, bos_token_id=0, eos_token_id=1)
WEIGHT_DEVIATION = 0.18
# Config class and what differs from COMMON.
ARCHITECTURES = {
    "llama": ("LlamaConfig", dict(tie_word_embeddings=False)),
    "mistral": ("MistralConfig", dict(tie_word_embeddings=False, sliding_window=8, head_dim=24, rope_theta=20000.0)),
    "qwen2": ("Qwen2Config", dict(tie_word_embeddings=False)),
    "qwen3": ("Qwen3Config", dict(tie_word_embeddings=True, head_dim=24)),
    "gemma3": ("Gemma3TextConfig", dict(head_dim=24, query_pre_attn_scalar=40, sliding_window=8, num_hidden_layers=7)),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(ARCHITECTURES))
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1234)
    return parser.parse_args()


def randomize(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            # Around the neutral value: 1, or 0 where the model adds 1 itself.
            parameter.copy_(0.2 * noise + (0 if "gemma" in model.config.model_type else 1))
        else:
            parameter.copy_((0.3 if name.endswith("bias") else WEIGHT_DEVIATION) * noise)


def main():
    arguments = parse_arguments()
    config_class, settings = ARCHITECTURES[arguments.name]
    config = getattr(transformers, config_class)(**{**COMMON, **settings})
    model = transformers.AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        randomize(model, arguments.seed)
    model.save_pretrained(arguments.folder)


if __name__ == "__main__":
    main()
