"""Logits and greedy tokens of models as transformers and peft compute them.

Reads a JSON list of {"folder", "adapters"?, "prompts", "count"} and writes a list of {"logits",
"tokens"}: for each prompt the logits of all its places, and `count` tokens after it. Everything is
float32 on the CPU, one prompt at a time and without a cache.
"""

import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

torch.set_num_threads(1)


def load(folder, adapters=None):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if adapters:
        model = PeftModel.from_pretrained(model, adapters)
    # Tensors begin in memory where they do in the file, which changes how sums are taken.
    for parameter in model.parameters():
        parameter.data = parameter.data.clone()
    return model.eval()


def logits_of(model, tokens):
    return model(torch.tensor([tokens]), use_cache=False).logits[0]


def greedy(model, prompt, count):
    tokens = list(prompt)
    for _ in range(count):
        tokens.append(int(logits_of(model, tokens)[-1].argmax()))
    return tokens[len(prompt) :]


@torch.no_grad()
def answer(folder, prompts, count, adapters=None):
    model = load(folder, adapters)
    return {
        "logits": [logits_of(model, prompt).flatten().tolist() for prompt in prompts],
        "tokens": [greedy(model, prompt, count) for prompt in prompts],
    }


print(json.dumps([answer(**job) for job in json.load(sys.stdin)]))
