from itertools import pairwise

import pytest
import torch
from support import OPEN, WHOLE, floats
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

from pit_learner import attention


def kernel(q, k, v, cu_q, cu_k, max_q, max_k, *, scale, window_size, enable_gqa):
    """What the documentation says of `varlen_attn`, [places, heads, size]."""
    assert cu_q is cu_k
    assert max_q == max_k == max(cu_q.diff())
    assert enable_gqa
    assert cu_q.dtype == torch.int32
    found = []
    for start, end in pairwise(cu_q):
        at = torch.arange(end - start)
        behind = at[:, None] - at[None, :]
        left = window_size[0] if window_size[0] >= 0 else 10**9
        mask = (behind >= -window_size[1]) & (behind <= left)
        parts = (x[start:end].transpose(0, 1)[None] for x in (q, k, v))
        out = scaled_dot_product_attention(*parts, mask, scale=scale, enable_gqa=True)
        found.append(out[0].transpose(0, 1))
    return torch.cat(found)


@pytest.mark.parametrize("window", [None, 2, 5])
def test_the_kernel_of_gpus_is_called_for_the_same_attention(monkeypatch, window):
    """The kernel itself needs a GPU."""
    q, k, v = torch.randn(1, 4, 12, 8), torch.randn(1, 2, 12, 8), torch.randn(1, 2, 12, 8)
    starts = torch.tensor([0, 1, 8, 12], dtype=torch.int32)
    given = {"cu_seq_lens_q": starts, "max_length_q": 7, "scaling": 0.3, "sliding_window": window}
    expected, _ = attention.varlen(None, q, k, v, None, **given)
    monkeypatch.setattr(attention, "varlen_attn", kernel)
    monkeypatch.setattr(attention, "_on_gpu", lambda _: True)
    found, _ = attention.varlen(None, q, k, v, None, **given)
    assert found.shape == (1, 12, 4, 8)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-6)


def test_what_does_not_work_is_passed_over_and_told(opened):
    def broken(*_, **__):
        raise NotImplementedError("no such kernel\non this GPU")

    try:
        AttentionInterface.register("pit_varlen", broken)
        learner = opened("llama")
        model, _ = learner._open
        name, reason = attention.choose(model, OPEN)
    finally:
        AttentionInterface.register("pit_varlen", attention.varlen)
    assert name == "dense"
    assert reason == "the fastest that works here; varlen: no such kernel; flex: it needs a GPU"
    assert floats(learner.call({"call": "score", "batch": WHOLE})["losses"]).any()


def test_a_text_that_sees_its_neighbour_is_noticed(opened):
    def leaky(module, query, key, value, mask, **given):
        whole = torch.tensor([0, query.shape[2]], dtype=torch.int32)
        given["cu_seq_lens_q"] = whole
        return attention.varlen(module, query, key, value, mask, **given)

    try:
        AttentionInterface.register("pit_varlen", leaky)
        learner = opened("llama")
        _, reason = attention.choose(learner._open[0], OPEN)
    finally:
        AttentionInterface.register("pit_varlen", attention.varlen)
    assert "varlen: it mixes texts" in reason
