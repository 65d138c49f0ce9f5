"""Golden numbers of YaRN: what `transformers` computes from the `rope_parameters` that a GGUF file's keys stand for.

Writes test/fixtures/model/gguf/yarn.json: for each case the keys below `qwen3.rope.scaling` as llama.cpp's converter
(conversion/base.py and conversion/mistral.py) makes them of such parameters, and the frequencies and the factor of sine
and cosine for the shape of qwen3.gguf, from the model's own rotary embedding. Usage: python yarn.py
"""

import json
from pathlib import Path

import torch
from transformers import Qwen3Config
from transformers.models.qwen3.modeling_qwen3 import Qwen3RotaryEmbedding

CASES = {
    "with the usual numbers": (
        {"factor": 4.0, "original_context_length": 4096},
        {"factor": 4.0, "original_max_position_embeddings": 4096},
    ),
    "without original positions": ({"factor": 2.0}, {"factor": 2.0}),
    "between other turns": (
        {"factor": 8.0, "original_context_length": 2048, "yarn_ext_factor": 1.0, "yarn_beta_fast": 48.0, "yarn_beta_slow": 2.5},
        {"factor": 8.0, "original_max_position_embeddings": 2048, "beta_fast": 48.0, "beta_slow": 2.5},
    ),
    "with a factor of its own": (
        {"factor": 4.0, "original_context_length": 4096, "yarn_attn_factor": 1.25},
        {"factor": 4.0, "original_max_position_embeddings": 4096, "attention_factor": 1.25},
    ),
    "with a multiplier of the logarithm": (
        {"factor": 16.0, "original_context_length": 4096, "yarn_log_multiplier": 0.5},
        {"factor": 16.0, "original_max_position_embeddings": 4096, "mscale": 1.0, "mscale_all_dim": 0.5},
    ),
    "with a multiplier that takes the logarithm away": (
        {"factor": 16.0, "original_context_length": 4096, "yarn_log_multiplier": 1.0},
        {"factor": 16.0, "original_max_position_embeddings": 4096, "mscale": 1.0, "mscale_all_dim": 1.0},
    ),
}


def computed(parameters):
    rope = {"rope_type": "yarn", "rope_theta": 10000.0, **parameters}
    config = Qwen3Config(hidden_size=32, num_attention_heads=4, head_dim=16, max_position_embeddings=64, rope_parameters=rope)
    embedding = Qwen3RotaryEmbedding(config)
    cosine, _ = embedding(torch.zeros(1, 1, 1), torch.zeros(1, 1, dtype=torch.long))
    return {"frequencies": embedding.inv_freq.tolist(), "stretch": cosine[0, 0, 0].item()}


def main():
    golden = {name: {"metadata": metadata, **computed(parameters)} for name, (metadata, parameters) in CASES.items()}
    target = Path(__file__).parents[2] / "fixtures" / "model" / "gguf" / "yarn.json"
    target.write_text(json.dumps(golden, indent=1) + "\n")


main()
