"""A micro-batch, and the part of it that a rank computes.

The examples of a row follow each other, each with positions from 0; padding is put at position 0. `transformers` takes
a position that does not follow the one before it for the beginning of another text, and masks accordingly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .protocol import Array, Message, decode


@dataclass(frozen=True)
class Share:
    """Rows of a micro-batch on a rank's device."""

    # Of the model: [rows, length], or all texts in one row without padding, and where these begin.
    inputs: dict[str, Any]
    # Of each place where the loss weighs something, in order: its place in the inputs, its target and weight.
    places: Tensor
    targets: Tensor
    weights: Tensor


@dataclass(frozen=True)
class Batch:
    """A micro-batch in the processor's memory, [rows, length] each."""

    tokens: Array
    targets: Array
    positions: Array
    examples: Array
    weights: Array

    @staticmethod
    def read(wire: Message) -> "Batch":
        kinds = dict.fromkeys(("tokens", "targets", "positions", "examples"), "<i4")
        shape = (wire["rows"], wire["length"])
        fields = {**kinds, "weights": "<f4"}
        return Batch(
            **{name: decode(wire[name], kind).reshape(shape) for name, kind in fields.items()}
        )

    def share(self, rank: int, world: int, device: torch.device, *, flat: bool) -> Share:
        """Every `world`-th row from `rank`. Where there is none, a row without weight: all ranks compute in step."""
        idle = rank >= len(self.tokens)
        mine = slice(0, 1) if idle else slice(rank, None, world)
        tokens, targets, positions, examples, weights = (
            array[mine].ravel()
            for array in (self.tokens, self.targets, self.positions, self.examples, self.weights)
        )
        texts = examples >= 0
        kept = np.flatnonzero(texts) if flat and texts.any() else np.arange(texts.size)
        places = np.flatnonzero(weights * (not idle))
        positions = np.where(texts, positions, 0)[kept]

        def sent(array: Array, kind: torch.dtype = torch.int64) -> Tensor:
            return torch.tensor(array, dtype=kind).to(device)

        shape = (1, -1) if flat else (-1, self.tokens.shape[1])
        inputs: dict[str, Any] = {
            "input_ids": sent(tokens[kept]).reshape(shape),
            "position_ids": sent(positions).reshape(shape),
        }
        if flat:
            starts = np.append(np.flatnonzero(positions == 0), len(positions))
            inputs["cu_seq_lens_q"] = sent(starts, torch.int32)
            inputs["max_length_q"] = int(np.diff(starts).max())
        inside = sent(np.searchsorted(kept, places))
        return Share(inputs, inside, sent(targets[places]), sent(weights[places], torch.float32))

    def whole(self, shares: list[Array]) -> Array:
        """[rows, length] of what each rank found where the loss weighs something; 0 elsewhere."""
        result = np.zeros(self.tokens.shape, shares[0].dtype)
        for rank, found in enumerate(shares):
            result[rank :: len(shares)][self.weights[rank :: len(shares)] != 0] = found
        return result
