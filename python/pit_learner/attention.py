"""Which attention keeps the texts of a packed row apart, and why it was taken: tried before it is believed.

- dense: what the model has for itself, under a mask of all places by all places;
- flex: FlexAttention, which passes over blocks of the mask that are empty;
- varlen: no mask and no padding: each text by itself, on a GPU in one kernel for all.
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
    """Takes the attention that was asked for or the best that works; its name and the reason."""
    wanted = asked["attention"]
    alone = _logits(model, [[7, 8, 9, 10]])
    passed: list[str] = []
    for name in ("varlen", "flex", "dense") if wanted == "auto" else (wanted,):
        problem = _missing(name, model, compiled=asked["compile"])
        if problem is None:
            model.attend(NAMES.get(name, model.own_attention), flat=name == "varlen")
            problem = _mixes(model, alone)
        if problem is None:
            first = "the first that works here" if wanted == "auto" else "as asked"
            return name, "; ".join([first, *passed])
        passed.append(f"{name}: {problem}")
        model.attend(model.own_attention, flat=False)
    raise Refusal(f"{model.folder} can't be trained on packed texts ({'; '.join(passed)}).")


def _missing(name: str, model: Model, *, compiled: bool) -> str | None:
    """What the device or the settings lack for an attention."""
    on_gpu = model.group.device.type == "cuda"
    if name == "flex" and not on_gpu:
        return "it needs a GPU"
    if name == "varlen" and on_gpu and not model.bf16:
        return "it needs bf16"
    if name == "varlen" and not on_gpu and compiled:
        return "on the processor it is not compiled"
    return None


def _mixes(model: Model, alone: Tensor) -> str | None:
    """Whether a text is taken otherwise behind another than alone; or the error that it ends in."""
    try:
        packed = _logits(model, [[3, 4, 5], [7, 8, 9, 10]])[-len(alone) :]
    except (RuntimeError, ValueError, TypeError, NotImplementedError) as error:
        recover(model.net)
        return first_line(error)
    allowed = (0.1 if model.bf16 else 1e-3) * alone.abs().max()
    differs = bool((packed - alone).abs().max() > allowed)
    return "it mixes texts" if model.group.any(differs) else None


@torch.no_grad()
def _logits(model: Model, texts: list[list[int]]) -> Tensor:
    tokens = np.array([[token for text in texts for token in text]])
    lengths = [len(text) for text in texts]
    examples = np.repeat(np.arange(len(texts)), lengths)[None]
    positions = np.concatenate([np.arange(length) for length in lengths])[None]
    batch = Batch(tokens, tokens, positions, examples, np.ones(tokens.shape, np.float32))
    return model.logits(batch.share(0, 1, model.group.device, flat=model.flat))


def varlen(
    module: Any,  # noqa: ARG001
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,  # noqa: ARG001
    *,
    cu_seq_lens_q: Tensor,
    max_length_q: int,
    scaling: float | None = None,
    sliding_window: int | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """[1, places, heads, size] from [1, heads, places, size]; the first argument and the last are the interface's."""
    if odd := [
        name for name in ("softcap", "s_aux", "position_bias") if others.get(name) is not None
    ]:
        raise ValueError(f"it has no {odd[0]}")
    if query.is_cuda:
        q, k, v = (x[0].transpose(0, 1) for x in (query, key, value))
        window = (sliding_window - 1 if sliding_window else -1, 0)
        ends = (cu_seq_lens_q, cu_seq_lens_q, max_length_q, max_length_q)
        return varlen_attn(q, k, v, *ends, scale=scaling, window_size=window, enable_gqa=True)[
            None
        ], None
    groups = query.shape[1] // key.shape[1]
    sources = query, key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    lengths = cu_seq_lens_q.diff().tolist()
    parts = []
    for q, k, v in zip(*(source.split(lengths, 2) for source in sources), strict=True):
        mask = _band(q.shape[2], sliding_window)
        causal = mask is None
        parts.append(scaled_dot_product_attention(q, k, v, mask, is_causal=causal, scale=scaling))
    return torch.cat(parts, 2).transpose(1, 2), None


def _band(length: int, window: int | None) -> Tensor | None:
    """Which places see which, where a window makes it more than causal."""
    if window is None or window >= length:
        return None
    return torch.ones(length, length, dtype=torch.bool).tril().triu(1 - window)


AttentionInterface.register("pit_varlen", varlen)
