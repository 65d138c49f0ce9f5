"""Greedy answers: prompts of like length together, left-padded, with a cache.

Batches are dealt out to the ranks. They hold the same prompts on any number of processes, and so
give the same tokens.
"""

import numpy as np
import torch
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
            mine = next(iter(batches[start + group.rank :]), list[int]())
            answering = Answering(model, [prompts[i] for i in mine], asked)
            while any(group.all(bool(answering.open))):
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
        # The rows that go on; of these, what the model has not read, and where there are tokens.
        self.open = list(range(len(prompts)))
        longest = max(map(len, prompts), default=1)
        gaps = [[0] * (longest - len(prompt)) for prompt in prompts]
        rows = [gap + prompt.tolist() for gap, prompt in zip(gaps, prompts, strict=True)]
        self.tokens = torch.tensor(rows or [[0]], device=model.group.device)
        self.mask = torch.tensor(
            [gap + [1] * (longest - len(gap)) for gap in gaps], device=model.group.device
        )
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
        pairs = zip(self.open, found.tolist(), strict=True)
        still = [at for at, (row, token) in enumerate(pairs) if self._goes_on(row, token)]
        if 0 < len(still) < len(self.open):
            kept = torch.tensor(still, device=found.device)
            self.cache.batch_select_indices(kept)
            found, self.mask = found[kept], self.mask[kept]
        self.open = [self.open[at] for at in still]
        self.tokens = found[:, None]
        self.mask = torch.cat([self.mask, torch.ones_like(self.tokens)], dim=1)

    def _goes_on(self, row: int, token: int) -> bool:
        if token in self.stops:
            return False
        self.answers[row].append(token)
        return len(self.answers[row]) < self.limits[row]
