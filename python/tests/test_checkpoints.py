import json
from functools import partial

import pytest
import torch
from huggingface_hub import split_torch_state_dict_into_shards
from safetensors.torch import load_file
from support import WHOLE
from transformers import AutoModelForCausalLM

from pit_learner import checkpoint
from pit_learner.protocol import Refusal

STEP = {"call": "step", "batches": [WHOLE], "rate": 1e-2}
TOKENS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])


def losses(learner, steps):
    return [learner.call(STEP)["loss"] for _ in range(steps)]


def save(learner, folder, *, optimizer=True):
    folder.mkdir(exist_ok=True)
    learner.call({"call": "save", "folder": str(folder), "optimizer": optimizer})


def restore(learner, folder):
    learner.call({"call": "restore", "folder": str(folder)})


@pytest.mark.parametrize("family", ["llama", "gpt2", "qwen3", "gpt_neox", "experts"])
def test_what_is_saved_is_a_folder_of_transformers(opened, folders, tmp_path, family):
    learner = opened(family)
    losses(learner, 2)
    save(learner, tmp_path, optimizer=False)
    assert {path.name for path in tmp_path.iterdir()} == {"config.json", "model.safetensors"}
    again = AutoModelForCausalLM.from_pretrained(tmp_path)
    learner._open[0].attend("sdpa", flat=False)
    expected = learner._open[0].net(TOKENS).logits
    torch.testing.assert_close(again(TOKENS).logits, expected, rtol=0, atol=0)
    files = [folder / "model.safetensors" for folder in (folders[family], tmp_path)]
    assert load_file(files[0]).keys() == load_file(files[1]).keys()
    source = json.loads((folders[family] / "config.json").read_text())
    assert json.loads((tmp_path / "config.json").read_text()) == {**source, "dtype": "float32"}


def test_weights_of_several_files_are_written_and_read(opened, tmp_path, monkeypatch):
    small = partial(split_torch_state_dict_into_shards, max_shard_size=20_000)
    monkeypatch.setattr(checkpoint, "split_torch_state_dict_into_shards", small)
    learner = opened("llama")
    losses(learner, 2)
    save(learner, tmp_path)
    assert len(list(tmp_path.glob("model-*-of-*.safetensors"))) > 2
    expected = losses(learner, 2)
    assert losses(opened("llama", model=str(tmp_path)), 1)[0] == expected[0]
    other = opened("llama")
    restore(other, tmp_path)
    assert losses(other, 2) == expected


@pytest.mark.parametrize("adapters", [None, "lora"])
def test_a_restored_learner_goes_on_bit_for_bit(opened, tmp_path, adapters):
    learner = opened("llama", adapters)
    losses(learner, 3)
    save(learner, tmp_path)
    expected = losses(learner, 3)
    other = opened("llama", adapters)
    losses(other, 1)
    restore(other, tmp_path)
    assert losses(other, 3) == expected
    restore(learner, tmp_path)
    assert losses(learner, 3) == expected


def test_a_checkpoint_before_the_first_step_begins_like_a_new_learner(opened, tmp_path):
    learner = opened("llama")
    save(learner, tmp_path)
    expected = losses(learner, 2)
    restore(learner, tmp_path)
    assert losses(learner, 2) == expected


def test_without_moments_the_optimiser_is_reset(opened, tmp_path):
    learner, other = opened("llama"), opened("llama")
    losses(learner, 3)
    save(learner, tmp_path, optimizer=False)
    restore(other, tmp_path)
    kept = losses(learner, 2)
    restore(learner, tmp_path)
    learner.call({"call": "reset"})
    assert losses(other, 2) == losses(learner, 2) != kept


def test_restoring_from_nothing_is_refused_and_changes_nothing(opened, tmp_path):
    learner, other = opened("llama"), opened("llama")
    losses(learner, 2)
    losses(other, 2)
    with pytest.raises(Refusal, match=r"config\.json is missing"):
        restore(learner, tmp_path)
    assert losses(learner, 2) == losses(other, 2)
