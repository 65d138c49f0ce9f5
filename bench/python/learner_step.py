"""Training tokens a second of the torch learner beside plain `transformers`, on this processor.

The same texts, weights and AdamW: packed, as `pit_learner` computes them and as a user of
`transformers` would; and padded to the longest of eight. Tokens of padding are not counted. Time is
that of the processor on one thread, taken in turns, so that what else runs here weighs little.

    PYTHONPATH=python python bench/python/learner_step.py [--rounds 5] [--row 512]
"""

import argparse
import base64
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from transformers import AutoModelForCausalLM, LlamaConfig

from pit_learner.group import Group
from pit_learner.learner import Learner
from pit_learner.protocol import Channel

ADAMW = {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1, "clip": 1.0}
CONFIG = LlamaConfig(
    vocab_size=8192,
    hidden_size=384,
    intermediate_size=1024,
    num_hidden_layers=6,
    num_attention_heads=6,
    num_key_value_heads=6,
    max_position_embeddings=1024,
    tie_word_embeddings=True,
)


class Mute(Channel):
    """Nobody listens."""

    def __init__(self) -> None:
        pass

    def send(self, _: object) -> None:
        pass


def texts(row: int, rows: int) -> list[list[np.ndarray]]:
    """Rows of documents of about 150 tokens and questions of about 30, each row as full as it gets."""
    draw = np.random.default_rng(1)
    packed: list[list[np.ndarray]] = []
    for _ in range(rows):
        left, members = row, []
        while True:
            mean = 150 if draw.random() < 0.4 else 30
            size = int(np.clip(draw.normal(mean, mean / 3), 8, row))
            if size > left:
                break
            members.append(draw.integers(3, CONFIG.vocab_size, size + 1))
            left -= size
        packed.append(members)
    return packed


def wire(rows: list[list[np.ndarray]], length: int) -> dict[str, object]:
    shape = (len(rows), length)
    arrays = {n: np.zeros(shape, "<i4") for n in ("tokens", "targets", "positions", "examples")}
    arrays["examples"] -= 1
    arrays["weights"] = np.zeros(shape, "<f4")
    for row, members in enumerate(rows):
        at = 0
        for number, text in enumerate(members):
            span = slice(at, at + len(text) - 1)
            arrays["tokens"][row, span], arrays["targets"][row, span] = text[:-1], text[1:]
            arrays["positions"][row, span] = np.arange(len(text) - 1)
            arrays["examples"][row, span] = number
            arrays["weights"][row, span] = 1e-3
            at = span.stop
    coded = {name: base64.b64encode(array.tobytes()).decode() for name, array in arrays.items()}
    return {"rows": len(rows), "length": length, "exampleCount": 1, **coded}


class Plain:
    """A step as a user of `transformers` writes it."""

    def __init__(self, folder: str, batches: list[dict[str, torch.Tensor]]) -> None:
        self.net = AutoModelForCausalLM.from_pretrained(folder)
        self.adamw = torch.optim.AdamW(self.net.parameters(), weight_decay=0.1)
        self.batches = batches

    def __call__(self) -> None:
        for batch in self.batches:
            targets = batch["targets"]
            inputs = {name: values for name, values in batch.items() if name != "targets"}
            logits = self.net(**inputs, use_cache=False).logits
            cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="sum").backward()
        clip_grad_norm_(self.net.parameters(), 1.0)
        self.adamw.step()
        self.adamw.zero_grad()


def packed(rows: list[list[np.ndarray]], length: int) -> list[dict[str, torch.Tensor]]:
    def filled(parts: list[np.ndarray], fill: int) -> np.ndarray:
        joined = np.concatenate(parts)
        return np.pad(joined, (0, length - len(joined)), constant_values=fill)

    tokens = [filled([text[:-1] for text in row], 0) for row in rows]
    targets = [filled([text[1:] for text in row], -100) for row in rows]
    positions = [filled([np.arange(len(text) - 1) for text in row], 0) for row in rows]
    named = {"input_ids": tokens, "targets": targets, "position_ids": positions}
    return [{name: torch.tensor(np.stack(values)) for name, values in named.items()}]


def padded(rows: list[list[np.ndarray]], size: int = 8) -> list[dict[str, torch.Tensor]]:
    every = [text for row in rows for text in row]
    batches = []
    for start in range(0, len(every), size):
        members = every[start : start + size]
        longest = max(map(len, members)) - 1

        def filled(parts: list[np.ndarray], fill: int, longest: int = longest) -> torch.Tensor:
            return torch.tensor(
                np.stack([np.pad(p, (0, longest - len(p)), constant_values=fill) for p in parts])
            )

        mask = filled([np.ones(len(text) - 1, int) for text in members], 0)
        tokens, targets = ([t[:-1] for t in members], [t[1:] for t in members])
        named = {"input_ids": filled(tokens, 0), "targets": filled(targets, -100)}
        batches.append({**named, "attention_mask": mask})
    return batches


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--row", type=int, default=512)
    parser.add_argument("--rows", type=int, default=4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    os.environ |= {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "0"}
    rows = texts(options.row, options.rows)
    with tempfile.TemporaryDirectory() as folder:
        net = AutoModelForCausalLM.from_config(CONFIG)
        net.save_pretrained(folder)
        group = Group()
        batch = wire(rows, options.row)

        def learner(attention: str):
            own = Learner(Mute(), group)
            usual = {"precision": "fp32", "recompute": False, "compile": False}
            usual |= {"protocol": 1, "optimizer": ADAMW, "model": folder, "attention": attention}
            own.call({"call": "open", **usual})
            return lambda: own.call({"call": "step", "batches": [batch], "rate": 1e-3})

        ways = {
            "pit_learner": learner("auto"),
            "pit_learner, dense": learner("dense"),
            "transformers, packed": Plain(folder, packed(rows, options.row)),
            "transformers, padded": Plain(folder, padded(rows)),
        }
        measure(ways, sum(len(text) - 1 for row in rows for text in row), options.rounds)
    print(f"{sum(p.numel() for p in net.parameters()) / 1e6:.1f} M parameters, {options.rows} rows of {options.row},",
          f"torch {torch.__version__}, {platform.processor() or platform.machine()}")


def measure(ways: dict[str, object], tokens: int, rounds: int) -> None:
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, step in ways.items():
            begun = time.process_time()
            step()
            if turn:
                rates[name].append(tokens / (time.process_time() - begun))
    first = next(iter(ways))
    for name, found in rates.items():
        ratio = statistics.median(a / b for a, b in zip(rates[first], found, strict=True))
        print(f"{name:24}{statistics.median(found):8.0f} tokens/s, pit_learner is {ratio:.2f} times as fast")


if __name__ == "__main__":
    main()
