"""A micro-batch, and the part of it that a rank computes.

The examples of a row follow each other, each with positions from 0; padding is put at position 0.
`transformers` takes a position that does not follow the one before it for the beginning of another
text, and masks accordingly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .protocol import Array, Message, decode

KINDS = dict.fromkeys(("tokens", "targets", "positions", "examples"), "<i4") | {"weights": "<f4"}


@dataclass(frozen=True)
class Share:
    """What a rank computes of a micro-batch, on its device."""

    # For the model: [rows, length], or all texts in one row without padding and where they begin.
    inputs: dict[str, Any]
    # Where the loss weighs something: the place in the inputs, target and weight of each, in order.
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
        shape = wire["rows"], wire["length"]
        return Batch(
            **{name: decode(wire[name], kind).reshape(shape) for name, kind in KINDS.items()}
        )

    def share(self, rank: int, world: int, device: torch.device, *, flat: bool) -> Share:
        """Every `world`-th row from `rank`, or a row without weight: all ranks compute in step."""
        idle = rank >= len(self.tokens)
        mine = slice(0, 1) if idle else slice(rank, None, world)
        own = {name: getattr(self, name)[mine].ravel() for name in KINDS}
        texts = own["examples"] >= 0
        kept = np.flatnonzero(texts) if flat and texts.any() else np.arange(texts.size)
        weighed = np.flatnonzero(own["weights"] * (not idle))
        positions = np.where(texts, own["positions"], 0)[kept]

        def sent(array: Array, kind: torch.dtype = torch.int64) -> Tensor:
            return torch.tensor(array, dtype=kind).to(device)

        shape = (1, -1) if flat else (-1, self.tokens.shape[1])
        inputs: dict[str, Any] = {
            "input_ids": sent(own["tokens"][kept]).reshape(shape),
            "position_ids": sent(positions).reshape(shape),
        }
        if flat:
            starts = np.append(np.flatnonzero(positions == 0), len(positions))
            inputs["cu_seq_lens_q"] = sent(starts, torch.int32)
            inputs["max_length_q"] = int(np.diff(starts).max())
        places = sent(np.searchsorted(kept, weighed))
        weights = sent(own["weights"][weighed], torch.float32)
        return Share(inputs, places, sent(own["targets"][weighed]), weights)

    def whole(self, shares: list[Array]) -> Array:
        """[rows, length] of what each rank found where the loss weighs something; 0 elsewhere."""
        result = np.zeros(self.tokens.shape, shares[0].dtype)
        for rank, found in enumerate(shares):
            result[rank :: len(shares)][self.weights[rank :: len(shares)] != 0] = found
        return result
