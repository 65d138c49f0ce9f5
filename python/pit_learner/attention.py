"""Which attention keeps packed texts apart, and why it was taken: each is tried before it is used.

- dense: what the model has for itself, under a mask of all places by all places;
- flex: FlexAttention, which passes over blocks of the mask that are empty;
- varlen: no mask and no padding; each text by itself, on a GPU all in one kernel.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.attention.varlen import varlen_attn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

from .model import Model, first_line
from .packing import Batch
from .protocol import Message, Refusal
from .sharding import recover

NAMES = {"flex": "flex_attention", "varlen": "pit_varlen"}


def choose(model: Model, asked: Message) -> tuple[str, str]:
    """Takes the attention asked for, or the fastest that works; its name and the reason."""
    wanted, passed = asked["attention"], list[str]()
    alone = _logits(model, [[7, 8, 9, 10]])
    for name in ("varlen", "flex", "dense") if wanted == "auto" else (wanted,):
        problem = _missing(name, model, compiled=asked["compile"]) or _mixes(name, model, alone)
        if not problem:
            first = "as asked" if name == wanted else "the fastest that works here"
            return name, "; ".join([first, *passed])
        passed.append(f"{name}: {problem}")
        model.attend(model.own_attention, flat=False)
    raise Refusal(f"{model.folder} can't be trained on packed texts ({'; '.join(passed)}).")


def _missing(name: str, model: Model, *, compiled: bool) -> str | None:
    """What an attention lacks here."""
    on_gpu = model.group.device.type == "cuda"
    if name == "flex" and not on_gpu:
        return "it needs a GPU"
    if name == "varlen" and on_gpu and not model.bf16:
        return "it needs bf16"
    if name == "varlen" and not on_gpu and compiled:
        return "on the processor it is not compiled"
    return None


def _mixes(name: str, model: Model, alone: Tensor) -> str | None:
    """Whether a text differs behind another from the same text alone; or the error it ends in."""
    try:
        model.attend(NAMES.get(name, model.own_attention), flat=name == "varlen")
        packed = _logits(model, [[3, 4, 5], [7, 8, 9, 10]])[-len(alone) :]
    except (RuntimeError, ValueError, TypeError, ImportError) as error:
        recover(model.net)
        return first_line(error)
    allowed = (0.1 if model.bf16 else 1e-3) * alone.abs().max()
    mixed = any(model.group.all(bool((packed - alone).abs().max() > allowed)))
    return "it mixes texts" if mixed else None


@torch.no_grad()
def _logits(model: Model, texts: list[list[int]]) -> Tensor:
    tokens = np.array([[token for text in texts for token in text]])
    positions = np.array([[at for text in texts for at in range(len(text))]])
    examples = (positions == 0).cumsum(1)
    batch = Batch(tokens, tokens, positions, examples, np.ones(tokens.shape))
    return model.logits(batch.share(0, 1, model.group.device, flat=model.flat))


def varlen(
    _: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    __: Any,
    *,
    cu_seq_lens_q: Tensor,
    max_length_q: int,
    scaling: float | None = None,
    sliding_window: int | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """As `transformers` calls it: [1, places, heads, size] from [1, heads, places, size]."""
    if any(others.get(name) is not None for name in ("softcap", "s_aux", "position_bias")):
        raise ValueError("it is plain attention, which this model's is not")
    if not _on_gpu(query):
        return _each(query, key, value, cu_seq_lens_q, scaling, sliding_window), None
    q, k, v = (x[0].transpose(0, 1) for x in (query, key, value))
    window = (sliding_window - 1 if sliding_window else -1, 0)
    ends = cu_seq_lens_q, cu_seq_lens_q, max_length_q, max_length_q
    out: Any = varlen_attn(q, k, v, *ends, scale=scaling, window_size=window, enable_gqa=True)
    return out[None], None


def _on_gpu(tensor: Tensor) -> bool:
    return tensor.is_cuda


def _each(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    starts: Tensor,
    scale: float | None,
    window: int | None,
) -> Tensor:
    """One text after the other; a mask is needed only where one is longer than the window."""
    groups, found = query.shape[1] // key.shape[1], list[Tensor]()
    sources = query, key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    for q, k, v in zip(*(x.split(starts.diff().tolist(), 2) for x in sources), strict=True):
        length, mask = q.shape[2], None
        if window and window < length:
            mask = torch.ones(length, length, dtype=torch.bool).tril().triu(1 - window)
        causal = mask is None
        found.append(scaled_dot_product_attention(q, k, v, mask, is_causal=causal, scale=scale))
    return torch.cat(found, 2).transpose(1, 2)


AttentionInterface.register("pit_varlen", varlen)
