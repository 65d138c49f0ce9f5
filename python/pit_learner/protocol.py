"""What trainer and learner say to each other: JSON lines, arrays in base64, refusals, beats.

The other side, with every call, is `src/engine/torch/protocol.ts`.
"""

import base64
import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

VERSION = 1

Message = dict[str, Any]
Array = npt.NDArray[Any]
# Says that so many of so many parts of a call are done.
Beat = Callable[[int, int], None]


class Refusal(Exception):
    """What was asked can't be done and nothing has changed; the sentence is for people."""


class Channel:
    """The trainer's end of the standard streams. Rank 0 listens and speaks, others are mute."""

    def __init__(self, rank: int) -> None:
        """From now on all else reads nothing, and writes to standard error."""
        self._in = os.fdopen(os.dup(0), encoding="utf-8") if rank == 0 else None
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8") if rank == 0 else None
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)

    def receive(self) -> str | None:
        """The line of the next request; None where the trainer is gone."""
        return (self._in and self._in.readline()) or None

    def send(self, message: Message) -> None:
        if self._out:
            self._out.write(json.dumps(message, allow_nan=False) + "\n")
            self._out.flush()

    def beat(self, doing: str, done: int, of: int) -> None:
        """Called by none but the thread that does the work, so that a hang shows."""
        self.send({"beat": {"doing": doing, "done": done, "of": of}})


def encode(array: Array) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def decode(text: str, kind: str) -> Array:
    """`<i4` or `<f4` from base64."""
    return np.frombuffer(base64.b64decode(text), kind)
