import base64

import numpy as np
import pytest
import reference
import torch
from peft import PeftModel
from support import ADAMW, PARTS, TEXTS, WHOLE, asked, encode, floats, ints, pack
from transformers import AutoModelForCausalLM

from pit_learner.packing import Batch
from pit_learner.sharding import whole

FAMILIES = ["llama", "gpt2", "qwen3", "mistral", "gpt_neox", "experts"]


def plain(folder):
    return AutoModelForCausalLM.from_pretrained(folder).eval()


def gradients_of(learner, wire):
    model, _ = learner._open
    share = Batch.read(wire).share(0, 1, model.group.device, flat=model.flat)
    (
        torch.nn.functional.cross_entropy(model.logits(share), share.targets, reduction="none")
        * share.weights
    ).sum().backward()
    return {name: p.grad.clone() for name, p in model.trained.items()}


@pytest.mark.parametrize("attention", ["dense", "varlen"])
@pytest.mark.parametrize("family", FAMILIES)
def test_packed_texts_have_the_losses_and_gradients_of_texts_alone(
    opened, folders, family, attention
):
    learner = opened(family, attention=attention)
    net = plain(folders[family])
    reference.total(net).backward()
    gradients = gradients_of(learner, WHOLE)
    for name, p in net.named_parameters():
        torch.testing.assert_close(gradients[name], p.grad, atol=1e-5, rtol=1e-5)
    scored = learner.call({"call": "score", "batch": WHOLE})
    found = floats(scored["losses"]).reshape(3, 12)
    first = np.concatenate([reference.losses(net, text).detach().numpy() for text in TEXTS[:3]])
    weighed = floats(WHOLE["weights"]).reshape(3, 12) != 0
    places = len(first)
    np.testing.assert_allclose(
        found[0, :places][weighed[0, :places]], first[weighed[0, :places]], atol=1e-5
    )
    assert (found[~weighed] == 0).all()


def test_hits_are_where_the_target_is_the_most_likely(opened, folders):
    net = plain(folders["llama"])
    text = [1, 5]
    for _ in range(6):
        text.append(int(net(torch.tensor([text])).logits[0, -1].argmax()))
    text[4] = (text[4] + 1) % 97
    scored = opened("llama").call({"call": "score", "batch": pack([[text]], 9)})
    likely = net(torch.tensor([text[:-1]])).logits[0].argmax(-1)
    expected = [int(at > 0 and likely[at] == text[at + 1]) for at in range(7)]
    assert list(np.frombuffer(base64.b64decode(scored["hits"]), np.uint8)) == [*expected, 0, 0]
    assert 0 < sum(expected) < 6


@pytest.mark.parametrize("family", FAMILIES)
def test_a_step_is_that_of_adamw_by_hand(opened, folders, family):
    learner = opened(family)
    net = plain(folders[family])
    optimizer = reference.adamw(net)
    for rate in (1e-2, 5e-3, 1e-2, 1e-3, 1e-2):
        result = learner.call({"call": "step", "batches": [WHOLE], "rate": rate})
        loss, norm = reference.step(net, optimizer, rate)
        assert result["loss"] == pytest.approx(loss, abs=1e-5)
        assert result["gradientNorm"] == pytest.approx(norm, rel=1e-4)
    # The bias of keys has no gradient but rounding, which AdamW makes as large as any.
    for name, p in net.named_parameters():
        if not name.endswith("c_attn.bias"):
            torch.testing.assert_close(learner._open[0].trained[name], p, atol=2e-5, rtol=1e-4)


def test_micro_batches_add_up(opened):
    one, several = opened("llama"), opened("llama")
    for _ in range(3):
        whole = one.call({"call": "step", "batches": [WHOLE], "rate": 1e-2})
        parts = several.call({"call": "step", "batches": list(PARTS), "rate": 1e-2})
        assert parts["loss"] == pytest.approx(whole["loss"], abs=1e-5)
        assert parts["gradientNorm"] == pytest.approx(whole["gradientNorm"], rel=1e-5)
    assert [len(floats(text)) for text in parts["losses"]] == [18, 10]
    total = sum(
        float(floats(found) @ floats(p["weights"]))
        for found, p in zip(parts["losses"], PARTS, strict=True)
    )
    assert parts["loss"] == pytest.approx(total, rel=1e-6)
    beats = [b for b in several._channel.beats if b["doing"] == "step"][-3:]
    assert beats == [
        {"doing": "step", "done": done, "of": of} for done, of in ((0, 0), (1, 2), (2, 2))
    ]


def test_adapters_are_trained_as_by_peft(opened, folders, tmp_path):
    learner = opened("llama", "lora")
    base = plain(folders["llama"])
    net = PeftModel.from_pretrained(base, folders["lora"], is_trainable=True).eval()
    optimizer = reference.adamw(net)
    for _ in range(5):
        result = learner.call({"call": "step", "batches": [WHOLE], "rate": 1e-2})
        loss, norm = reference.step(net, optimizer, 1e-2)
        assert result["loss"] == pytest.approx(loss, abs=1e-5)
        assert result["gradientNorm"] == pytest.approx(norm, rel=1e-4)
    learner.call({"call": "save", "folder": str(tmp_path), "optimizer": False})
    again = PeftModel.from_pretrained(plain(folders["llama"]), tmp_path).eval()
    tokens = torch.tensor([[3, 1, 4, 1, 5]])
    torch.testing.assert_close(again(tokens).logits, net(tokens).logits, atol=1e-4, rtol=1e-4)
    model, own = learner._open
    assert set(own.adamw.state) == set(model.trained.values())
    assert all("lora_" in name for name in model.trained)
    assert all(p.grad is None for p in model.net.parameters() if not p.requires_grad)


@pytest.mark.parametrize("adapters", [None, "lora"])
def test_recomputing_changes_no_number(opened, adapters):
    usual, thrifty = opened("llama", adapters), opened("llama", adapters, recompute=True)
    for _ in range(3):
        results = [
            one.call({"call": "step", "batches": [WHOLE], "rate": 1e-2}) for one in (usual, thrifty)
        ]
        assert results[0]["losses"] == results[1]["losses"]
        assert results[0]["gradientNorm"] == results[1]["gradientNorm"]


def test_compiled_blocks_give_the_same_numbers(opened):
    usual, fast = opened("llama"), opened("llama", compile=True, recompute=True)
    for _ in range(3):
        results = [
            one.call({"call": "step", "batches": [WHOLE], "rate": 1e-2}) for one in (usual, fast)
        ]
        assert results[0]["loss"] == pytest.approx(results[1]["loss"], abs=1e-5)


@pytest.mark.parametrize("adapters", [None, "lora"])
def test_bf16_computes_near_fp32_and_keeps_what_is_trained_in_fp32(opened, adapters):
    exact, rough = opened("llama", adapters), opened("llama", adapters, precision="bf16")
    for _ in range(5):
        results = [
            one.call({"call": "step", "batches": [WHOLE], "rate": 1e-5}) for one in (exact, rough)
        ]
        assert results[1]["loss"] == pytest.approx(results[0]["loss"], rel=0.02)
        assert results[1]["loss"] != results[0]["loss"]
    untouched = opened("llama", adapters)._open[0].trained
    for name, p in rough._open[0].trained.items():
        moved = (whole(p) - untouched[name]).abs()
        # Of the size of the rate, which bf16 could not hold beside a weight.
        assert 1e-5 < moved.max() < 1e-4
        assert whole(p).dtype == torch.float32


def test_logits_are_computed_where_the_loss_weighs_something_only(opened):
    learner = opened("llama")
    seen = []
    head = learner._open[0].net.get_output_embeddings()
    head.register_forward_hook(
        lambda _, args, out: seen.append((args[0].shape[:-1], out.shape[:-1]))
    )
    learner.call({"call": "step", "batches": [WHOLE], "rate": 1e-2})
    weighed = int((floats(WHOLE["weights"]) != 0).sum())
    assert seen == [((1, weighed), (1, weighed))]
    assert weighed < sum(len(text) - 1 for text in TEXTS)


def test_rows_of_padding_and_batches_without_weight_change_nothing(opened):
    learner = opened("llama")
    empty = pack([[], []], 4)
    scored = learner.call({"call": "score", "batch": empty})
    assert not floats(scored["losses"]).any()
    alone, beside = opened("llama"), opened("llama")
    one = alone.call({"call": "step", "batches": [WHOLE], "rate": 1e-2})
    two = beside.call({"call": "step", "batches": [empty, WHOLE, empty], "rate": 1e-2})
    assert (one["loss"], one["gradientNorm"]) == (two["loss"], two["gradientNorm"])


def test_a_clip_of_0_clips_nothing(opened):
    free = opened("llama", optimizer={**ADAMW, "clip": 0})
    clipped = opened("llama", optimizer={**ADAMW, "clip": 1e-6, "epsilon": 1e-3})
    same = opened("llama", optimizer={**ADAMW, "clip": 0, "epsilon": 1e-3})
    norms = [
        one.call({"call": "step", "batches": [WHOLE], "rate": 1e-2})["gradientNorm"]
        for one in (free, clipped, same)
    ]
    assert norms[0] == norms[1] == norms[2] > 0
    name = "model.layers.0.self_attn.q_proj.weight"
    a, b = (one._open[0].trained[name] for one in (clipped, same))
    assert (a - b).abs().max() > 1e-4


@pytest.mark.parametrize(
    ("family", "batch"), [("llama", 1), ("llama", 3), ("gpt2", 8), ("qwen3", 4), ("mistral", 4)]
)
def test_answers_are_those_of_transformers(opened, folders, family, batch):
    net = plain(folders[family])
    prompts = [
        [1, 2, 3, 4, 5, 6, 7],
        [9],
        [11, 12, 13],
        [20, 21],
        [30, 31, 32, 33],
        [40, 41, 42],
        list(range(3, 60)),
    ]
    free = [reference.answer(net, prompt, min(12, 64 - len(prompt)), [96]) for prompt in prompts]
    stops = sorted({answer[5] for answer in free[:2] if len(answer) > 5})
    expected = [
        reference.answer(net, prompt, min(12, 64 - len(prompt)), stops) for prompt in prompts
    ]
    found = opened(family).call(asked(prompts, 12, batch, stops))
    assert [ints(text) for text in found["answers"]] == expected
    assert len({len(answer) for answer in expected}) > 1


def test_compiled_blocks_answer_too(opened, folders):
    prompts = [[1, 2, 3, 4], [9], [11, 12, 13]]
    net = plain(folders["llama"])
    found = opened("llama", compile=True).call(asked(prompts, 6, 2, [96]))
    expected = [reference.answer(net, prompt, 6, [96]) for prompt in prompts]
    assert [ints(text) for text in found["answers"]] == expected


def test_what_is_not_finite_is_told_as_nothing(opened):
    weights = floats(WHOLE["weights"])
    endless = encode(np.where(weights > 0, np.inf, 0).astype("<f4"))
    result = opened("llama").call(
        {"call": "step", "batches": [{**WHOLE, "weights": endless}], "rate": 1e-3}
    )
    assert (result["loss"], result["gradientNorm"]) == (None, None)
