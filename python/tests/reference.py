"""The same computations with `transformers` and `torch` alone, one text at a time."""

from typing import Any

import torch
from support import ADAMW, TEXTS, weights_of
from torch.nn.functional import cross_entropy


def losses(net: Any, text: list[int]) -> torch.Tensor:
    """The negative log-likelihood of each token but the first."""
    logits = net(torch.tensor([text[:-1]])).logits[0].float()
    return cross_entropy(logits, torch.tensor(text[1:]), reduction="none")


def total(net: Any) -> torch.Tensor:
    """The loss of all texts."""
    return sum((losses(net, text) * torch.tensor(weights_of(text))).sum() for text in TEXTS)


def adamw(net: Any) -> torch.optim.AdamW:
    trained = [p for p in net.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": ADAMW["weightDecay"]},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    betas = ADAMW["beta1"], ADAMW["beta2"]
    return torch.optim.AdamW(groups, lr=1.0, betas=betas, eps=ADAMW["epsilon"], foreach=False)


def step(net: Any, optimizer: torch.optim.AdamW, rate: float) -> tuple[float, float]:
    """Loss and gradient norm of a step over all texts, clipped by hand."""
    loss = total(net)
    optimizer.zero_grad()
    loss.backward()
    gradients = [p.grad for p in net.parameters() if p.grad is not None]
    norm = torch.stack([(g.double() ** 2).sum() for g in gradients]).sum().sqrt()
    for g in gradients:
        g.mul_(min(1.0, ADAMW["clip"] / float(norm)))
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    return loss.item(), norm.item()


def answer(net: Any, prompt: list[int], most: int, stops: list[int]) -> list[int]:
    """`generate` of `transformers`, without the token that ended it."""
    out = net.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.int64),
        do_sample=False,
        max_new_tokens=most,
        eos_token_id=stops,
        pad_token_id=0,
    )
    new = out[0, len(prompt) :].tolist()
    return new[:-1] if new[-1] in stops else new
