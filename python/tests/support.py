"""Requests as the trainer writes them."""

import base64
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
ADAMW = {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-5, "weightDecay": 0.1, "clip": 1.0}
OPEN = {
    "call": "open",
    "protocol": 1,
    "optimizer": ADAMW,
    "precision": "fp32",
    "recompute": False,
    "compile": False,
    "attention": "auto",
}
# Texts of several lengths, one of a single place.
TEXTS = [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10], [11, 12], [13, 14, 15, 16, 17, 18, 19, 20], [3, 1, 2]]

Wire = dict[str, Any]


def encode(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def ints(text: str) -> list[int]:
    return np.frombuffer(base64.b64decode(text), "<i4").tolist()


def weights_of(text: list[int]) -> list[float]:
    """The first token that could be learnt is not, where there is another."""
    return [
        0.0 if at == 0 and len(text) > 2 else 0.02 * (1 + text[at] % 3)
        for at in range(len(text) - 1)
    ]


def pack(rows: list[list[list[int]]], length: int) -> Wire:
    shape = (len(rows), length)
    arrays = {name: np.zeros(shape, "<i4") for name in ("tokens", "targets", "positions")}
    examples, weights = np.full(shape, -1, "<i4"), np.zeros(shape, "<f4")
    count = 0
    for row, texts in enumerate(rows):
        at = 0
        for text in texts:
            span = slice(at, at + len(text) - 1)
            arrays["tokens"][row, span], arrays["targets"][row, span] = text[:-1], text[1:]
            arrays["positions"][row, span] = np.arange(len(text) - 1)
            examples[row, span], weights[row, span] = count, weights_of(text)
            at, count = span.stop, count + 1
    coded = {
        name: encode(array)
        for name, array in {**arrays, "examples": examples, "weights": weights}.items()
    }
    return {"rows": len(rows), "length": length, "exampleCount": count, **coded}


# All texts; with padding within a row, a row of padding alone, and one row only.
WHOLE = pack([TEXTS[:3], [], TEXTS[3:]], 12)
PARTS = pack([TEXTS[:2], [TEXTS[2]]], 9), pack([TEXTS[3:]], 10)


def asked(prompts: list[list[int]], most: int, batch: int, stops: list[int]) -> Wire:
    coded = [encode(np.array(prompt, "<i4")) for prompt in prompts]
    return {
        "call": "generate",
        "prompts": coded,
        "maxTokens": most,
        "batch": batch,
        "stopTokens": stops,
    }
