"""Greedy answers: prompts of like length together, left-padded, with a cache; batches are dealt out to the ranks.

A batch holds the same prompts on any number of processes, and so gives the same tokens.
"""

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache

from .model import Model
from .protocol import Array, Beat, Message, Refusal


@torch.no_grad()
def generate(model: Model, prompts: list[Array], asked: Message, beat: Beat) -> list[Array]:
    """New tokens of each prompt, without the one that ended it."""
    longest = max(map(len, prompts), default=0)
    if longest >= model.positions:
        raise Refusal(f"A prompt of {longest} tokens fills all {model.positions} positions.")
    group, size = model.group, asked["batch"]
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    answers: dict[int, list[int]] = {}
    with model.answering():
        for start in range(0, len(batches), group.world):
            mine = batches[start + group.rank] if start + group.rank < len(batches) else []
            answering = Answering(model, [prompts[i] for i in mine], asked)
            while group.any(bool(answering.open)):
                answering.extend()
                beat(start * size, len(prompts))
            answers |= zip(mine, answering.answers, strict=True)
    every = {i: answer for own in group.all(answers) for i, answer in own.items()}
    return [np.array(every[i], np.int32) for i in range(len(prompts))]


class Answering:
    """A batch of prompts, a token at a time."""

    def __init__(self, model: Model, prompts: list[Array], asked: Message) -> None:
        self.model = model
        self.stops = frozenset(asked["stopTokens"])
        self.limits = [min(asked["maxTokens"], model.positions - len(prompt)) for prompt in prompts]
        self.answers: list[list[int]] = [[] for _ in prompts]
        # Rows of the batch that go on; after that what the model has not read of them, and where a row has tokens.
        self.open = list(range(len(prompts)))
        longest = max(map(len, prompts), default=1)
        rows = [[0] * (longest - len(prompt)) + prompt.tolist() for prompt in prompts] or [[0]]
        masks = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts] or [[1]]
        self.tokens = torch.tensor(rows, device=model.group.device)
        self.mask = torch.tensor(masks, device=model.group.device)
        self.cache = DynamicCache(config=model.net.config)

    def extend(self) -> None:
        """A token for each open row; without any, a forward pass that other ranks wait for."""
        if not self.open:
            self.model.next_token(input_ids=self.tokens[:1, :1])
            return
        positions = (self.mask.cumsum(-1) - 1).clamp(min=0)[:, -self.tokens.shape[1] :]
        found = self.model.next_token(
            input_ids=self.tokens,
            attention_mask=self.mask,
            position_ids=positions,
            cache=self.cache,
        )
        ended = [
            self._ends(row, token) for row, token in zip(self.open, found.tolist(), strict=True)
        ]
        if any(ended) and not all(ended):
            found = self._kept(found, [at for at, over in enumerate(ended) if not over])
        self.open = [row for row, over in zip(self.open, ended, strict=True) if not over]
        self.tokens = found[:, None]
        self.mask = torch.cat([self.mask, torch.ones_like(self.tokens)], dim=1)

    def _ends(self, row: int, token: int) -> bool:
        if token in self.stops:
            return True
        self.answers[row].append(token)
        return bool(len(self.answers[row]) >= self.limits[row])

    def _kept(self, found: Tensor, rows: list[int]) -> Tensor:
        """Rows that have ended are computed no more."""
        kept = torch.tensor(rows, device=found.device)
        self.cache.batch_select_indices(kept)
        self.mask = self.mask[kept]
        return found[kept]
