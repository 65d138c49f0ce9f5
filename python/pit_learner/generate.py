"""Greedy answers: prompts of like length together, left-padded, with a cache; batches are dealt out to the ranks.

A batch holds the same prompts on any number of processes, so that its numbers and tokens are the same.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache

from .model import Model
from .protocol import Ints, Refusal


@torch.no_grad()
def generate(
    model: Model,
    prompts: list[Ints],
    most: int,
    batch: int,
    stops: list[int],
    beat: Callable[[int, int], None],
) -> list[Ints]:
    """At most `most` new tokens for each prompt, without the token that ended it."""
    long = max((len(prompt) for prompt in prompts), default=0)
    if long >= model.positions:
        raise Refusal(f"A prompt of {long} tokens fills all {model.positions} positions.")
    group = model.group
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    chunks = [order[i : i + batch] for i in range(0, len(order), batch)]
    answers: dict[int, list[int]] = {}
    with model.gathered():
        for start in range(0, len(chunks), group.world):
            mine = chunks[start + group.rank] if start + group.rank < len(chunks) else []
            answering = Answering(model, [prompts[i] for i in mine], most, stops)
            while group.any(answering.open):
                answering.extend()
                beat(min(start * batch, len(prompts)), len(prompts))
            answers |= dict(zip(mine, answering.answers, strict=True))
    everyone = {i: answer for own in group.all(answers) for i, answer in own.items()}
    return [np.array(everyone[i], np.int32) for i in range(len(prompts))]


class Answering:
    """One batch of prompts, a token at a time."""

    def __init__(self, model: Model, prompts: list[Ints], most: int, stops: list[int]) -> None:
        self.model = model
        self.stops = set(stops)
        self.limits = [min(most, model.positions - len(prompt)) for prompt in prompts]
        self.answers: list[list[int]] = [[] for _ in prompts]
        self.rows = [row for row, limit in enumerate(self.limits) if limit > 0]
        self.cache = DynamicCache(config=model.net.config)
        self.tokens, self.mask = self._padded([prompts[row] for row in self.rows])

    def _padded(self, prompts: list[Ints]) -> tuple[Tensor, Tensor]:
        """Right-aligned, [rows, longest]: tokens, and whether there is one."""
        longest = max((len(prompt) for prompt in prompts), default=1)
        tokens = torch.zeros(max(len(prompts), 1), longest, dtype=torch.int64)
        mask = torch.zeros_like(tokens)
        for row, prompt in enumerate(prompts):
            tokens[row, longest - len(prompt) :] = torch.from_numpy(prompt.astype(np.int64))
            mask[row, longest - len(prompt) :] = 1
        device = self.model.group.device
        return tokens.to(device), mask.to(device)

    @property
    def open(self) -> bool:
        return bool(self.rows)

    def extend(self) -> None:
        """A token more for every row that is open. Without any, a forward pass that the other ranks wait for."""
        if not self.open:
            device = self.model.group.device
            self.model.next_logits(input_ids=torch.zeros(1, 1, dtype=torch.int64, device=device))
            return
        places = (self.mask.cumsum(-1) - 1).clamp(min=0)[:, -self.tokens.shape[1] :]
        out = self.model.next_logits(
            input_ids=self.tokens, attention_mask=self.mask, position_ids=places, cache=self.cache
        )
        found = out.logits[:, -1].float().argmax(-1)
        self._take(found)

    def _take(self, found: Tensor) -> None:
        """Keeps the new tokens, and in the batch the rows that are still open."""
        still = []
        for at, (row, token) in enumerate(zip(self.rows, found.tolist(), strict=True)):
            if token in self.stops:
                continue
            self.answers[row].append(token)
            if len(self.answers[row]) < self.limits[row]:
                still.append(at)
        if len(still) < len(self.rows):
            self.rows = [self.rows[at] for at in still]
            kept = torch.tensor(still, dtype=torch.int64, device=found.device)
            if still:
                self.cache.batch_select_indices(kept)
            found, self.mask = found[kept], self.mask[kept]
        self.tokens = found[:, None]
        self.mask = torch.cat([self.mask, torch.ones_like(self.tokens)], dim=1)
