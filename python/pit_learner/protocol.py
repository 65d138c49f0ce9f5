"""What the trainer and the learner say to each other: JSON lines, arrays in base64, errors, beats.

The other side, with every call, is `src/engine/torch/protocol.ts`. This module imports the standard library and numpy.
"""

import base64
import json
import os
from typing import Any

import numpy as np
import numpy.typing as npt

VERSION = 1

Message = dict[str, Any]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


class Refusal(Exception):
    """What was asked can't be done and nothing has changed; the sentence is for people."""


class Channel:
    """The trainer's end of the standard streams. Rank 0 speaks and listens; on other ranks all of it does nothing."""

    def __init__(self, rank: int) -> None:
        """Keeps the standard output for the protocol alone: whatever else writes there goes to standard error."""
        self.rank = rank
        self._in = os.fdopen(os.dup(0), encoding="utf-8") if rank == 0 else None
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8") if rank == 0 else None
        os.dup2(2, 1)

    def send(self, message: Message) -> None:
        if self._out:
            self._out.write(json.dumps(message) + "\n")
            self._out.flush()

    def receive(self) -> str | None:
        """The next request's line; None where the trainer has gone."""
        return (self._in and self._in.readline()) or None

    def beat(self, doing: str, done: int, of: int) -> None:
        """Says that the work goes on. Only the thread that does the work calls this, so that a hang shows."""
        self.send({"beat": {"doing": doing, "done": done, "of": of}})


def encode(array: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def decode_ints(text: str) -> Ints:
    return np.frombuffer(base64.b64decode(text), "<i4")


def decode_floats(text: str) -> Floats:
    return np.frombuffer(base64.b64decode(text), "<f4")
