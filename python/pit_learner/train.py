"""One optimiser step over micro-batches whose losses add up, and scores without one."""

import math
import resource

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from .group import Group
from .model import Model
from .packing import Batch, Share
from .protocol import Array, Beat, Message
from .sharding import whole


class Optimizer:
    """AdamW with decoupled decay of matrices, after clipping by the global norm."""

    def __init__(self, model: Model, settings: Message) -> None:
        self.model = model
        self.clip = settings["clip"] or math.inf
        matrices = [p for p in model.trained.values() if p.ndim > 1]
        others = [p for p in model.trained.values() if p.ndim <= 1]
        decays = (matrices, settings["weightDecay"]), (others, 0.0)
        self.adamw = torch.optim.AdamW(
            [{"params": params, "weight_decay": decay} for params, decay in decays if params],
            betas=(settings["beta1"], settings["beta2"]),
            eps=settings["epsilon"],
            fused=True,
        )

    def step(self, rate: float) -> float:
        """Applies the gradients and forgets them; their norm before clipping."""
        parameters = list(self.model.trained.values())
        if self.model.adapters:
            _add_up(parameters)
        norm = whole(clip_grad_norm_(parameters, self.clip))
        for group in self.adamw.param_groups:
            group["lr"] = rate
        self.adamw.step()
        self.adamw.zero_grad()
        return float(norm)

    def reset(self) -> None:
        """Forgets moments and step count."""
        self.adamw.state.clear()


def _add_up(parameters: list[nn.Parameter]) -> None:
    """The gradients of what every rank holds whole, over all ranks, in one go."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([gradient.ravel() for gradient in gradients])
    dist.all_reduce(flat)
    for gradient, total in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(total.view_as(gradient))


def train(
    model: Model, optimizer: Optimizer, batches: list[Batch], rate: float, beat: Beat
) -> Message:
    """What `step` answers, with losses as [rows, length]; a number that is not finite as None."""
    group = model.group
    if group.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    found = []
    for done, batch in enumerate(batches, 1):
        share = batch.share(group.rank, group.world, group.device, flat=model.flat)
        losses = _losses(model.logits(share), share)
        (losses * share.weights).sum().backward()
        found.append(losses.detach())
        beat(done, len(batches))
    norm = optimizer.step(rate)
    every = _collected(group, batches, found)
    pairs = zip(batches, every, strict=True)
    loss = sum(float(np.vdot(batch.weights.astype(float), losses)) for batch, losses in pairs)
    told = {
        name: x if math.isfinite(x) else None
        for name, x in (("loss", loss), ("gradientNorm", norm))
    }
    return {**told, "losses": every, "memory": max(group.all(_peak(group)))}


@torch.no_grad()
def score(model: Model, batch: Batch) -> dict[str, Array]:
    """What `score` answers, [rows, length] each."""
    group = model.group
    share = batch.share(group.rank, group.world, group.device, flat=model.flat)
    logits = model.logits(share)
    hits = (logits.argmax(-1) == share.targets).to(torch.uint8)
    losses, hit = _collected(group, [batch, batch], [_losses(logits, share), hits])
    return {"losses": losses, "hits": hit}


def _losses(logits: Tensor, share: Share) -> Tensor:
    """Negative log-likelihoods, nats."""
    return cross_entropy(logits, share.targets, reduction="none")


def _collected(group: Group, batches: list[Batch], found: list[Tensor]) -> list[Array]:
    ranks = group.all([values.cpu().numpy() for values in found])
    return [batch.whole(list(shares)) for batch, *shares in zip(batches, *ranks, strict=True)]


def _peak(group: Group) -> int:
    """The most bytes that this process has held."""
    if group.device.type == "cuda":
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
