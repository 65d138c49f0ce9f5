"""One optimiser step over micro-batches whose losses add up: AdamW with decoupled decay, clipping by the global norm."""

import resource
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_

from .group import Group
from .model import Model
from .packing import Batch, Rows
from .protocol import Floats, Message


class Optimizer:
    """AdamW over what is trained, with state of its own only after the first step."""

    def __init__(self, model: Model, settings: Message) -> None:
        self.model = model
        self.clip = float(settings["clip"]) or float("inf")
        trained = model.trained.values()
        decay = {True: settings["weightDecay"], False: 0.0}
        self.adamw = torch.optim.AdamW(
            [
                {"params": [p for p in trained if (p.ndim >= 2) == matrices], "weight_decay": by}
                for matrices, by in decay.items()
            ],
            lr=0.0,
            betas=(settings["beta1"], settings["beta2"]),
            eps=settings["epsilon"],
            fused=True,
        )

    def step(self, rate: float) -> float:
        """Applies the gradients and forgets them; their global L2 norm before clipping."""
        parameters = list(self.model.trained.values())
        if self.model.tuned is not None:
            _add_up(parameters)
        norm = clip_grad_norm_(parameters, self.clip)
        for group in self.adamw.param_groups:
            group["lr"] = rate
        self.adamw.step()
        self.adamw.zero_grad()
        return float(_whole(norm))

    def reset(self) -> None:
        """Forgets moments and step count."""
        self.adamw.state.clear()


def _add_up(parameters: list[nn.Parameter]) -> None:
    """Adapters are whole on every rank: their gradients are added up over all, in one go."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    for gradient, total in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(total.view_as(gradient))


def _whole(value: Tensor) -> Tensor:
    return value.full_tensor() if hasattr(value, "full_tensor") else value


def train(
    model: Model, optimizer: Optimizer, batches: list[Batch], rate: float, beat: Callable[[int], None]
) -> Message:
    """Loss, gradient norm, each micro-batch's losses [rows, length] and the most bytes that a process held."""
    group = model.group
    if group.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    shares = []
    for done, batch in enumerate(batches):
        rows = batch.share(group.rank, group.world, group.device)
        losses = nll(model.logits(rows), rows)
        (losses * rows.weights[rows.wanted]).sum().backward()
        shares.append(placed(losses, rows))
        beat(done + 1)
    norm = optimizer.step(rate)
    losses = collect(group, batches, shares)
    loss = sum(float(np.vdot(of.weights.astype(float), own)) for of, own in zip(batches, losses, strict=True))
    return {"loss": loss, "gradientNorm": norm, "losses": losses, "memory": max(group.all(_peak(group)))}


@torch.no_grad()
def score(model: Model, batch: Batch) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """Losses and hits, [rows, length]; 0 where the weight is 0."""
    group = model.group
    rows = batch.share(group.rank, group.world, group.device)
    logits = model.logits(rows)
    hits = (logits.argmax(-1) == rows.targets[rows.wanted]).to(torch.uint8)
    (losses,) = collect(group, [batch], [placed(nll(logits, rows), rows)])
    (found,) = collect(group, [batch], [placed(hits, rows)])
    return losses, found


def nll(logits: Tensor, rows: Rows) -> Tensor:
    """Negative log-likelihood of the targets, nats, [places where the loss weighs something]."""
    return F.cross_entropy(logits, rows.targets[rows.wanted], reduction="none")


def placed(values: Tensor, rows: Rows) -> Tensor:
    """[rows, length] with the values at their places and 0 elsewhere."""
    whole = torch.zeros(rows.weights.shape, dtype=values.dtype, device=values.device)
    whole[rows.wanted] = values.detach()
    return whole


def collect(group: Group, batches: list[Batch], shares: list[Tensor]) -> list[npt.NDArray[Any]]:
    """What all ranks have computed, micro-batch by micro-batch, [rows, length]."""
    ranks = group.all([share.cpu().numpy() for share in shares])
    return [batch.whole([own[i] for own in ranks]) for i, batch in enumerate(batches)]


def _peak(group: Group) -> int:
    if group.device.type == "cuda":
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
