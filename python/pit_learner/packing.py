"""A micro-batch as a rank computes it: its rows, on its device, with positions that keep packed examples apart.

Examples follow each other in a row, each with positions from 0, and padding stands at position 0. `transformers` takes a
position that does not follow the one before it for the beginning of another text, and builds its masks so (windows
included) for every kind of attention.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .protocol import Floats, Message, decode_floats, decode_ints


@dataclass(frozen=True)
class Rows:
    """[rows, length] each; integers are int64."""

    tokens: Tensor
    targets: Tensor
    positions: Tensor
    weights: Tensor

    @property
    def wanted(self) -> Tensor:
        """Where the loss weighs something; only there are logits computed."""
        return self.weights != 0


@dataclass(frozen=True)
class Batch:
    """A whole micro-batch, in the memory of the processor: [rows, length] each."""

    tokens: npt.NDArray[np.int32]
    targets: npt.NDArray[np.int32]
    positions: npt.NDArray[np.int32]
    weights: Floats

    @staticmethod
    def read(wire: Message) -> "Batch":
        shape = (wire["rows"], wire["length"])
        tokens, targets, positions, examples = (
            decode_ints(wire[name]).reshape(shape)
            for name in ("tokens", "targets", "positions", "examples")
        )
        weights = decode_floats(wire["weights"]).reshape(shape)
        return Batch(tokens, targets, np.where(examples < 0, 0, positions), weights)

    def share(self, rank: int, world: int, device: torch.device) -> Rows:
        """Every `world`-th row from `rank`; where there is none, an empty row, so that all ranks compute the same."""

        def own(array: npt.NDArray[Any], kind: torch.dtype) -> Tensor:
            rows = array[rank::world]
            if len(rows) == 0:
                rows = np.zeros_like(array[:1])
            return torch.tensor(rows, dtype=kind, device=device)

        ids = torch.int64
        return Rows(
            own(self.tokens, ids),
            own(self.targets, ids),
            own(self.positions, ids),
            own(self.weights, torch.float32),
        )

    def whole(self, shares: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """[rows, length] of what the ranks have computed for their shares, in the order of ranks."""
        result = np.zeros(self.tokens.shape, shares[0].dtype)
        for rank, share in enumerate(shares):
            mine = result[rank :: len(shares)]
            mine[:] = share[: len(mine)]
        return result
