import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from support import OPEN, WHOLE, asked

from pit_learner.learner import Learner
from pit_learner.protocol import Refusal
from pit_learner.serve import _failure


@pytest.fixture
def copy(folders, tmp_path):
    def make(name):
        return shutil.copytree(folders[name], tmp_path / name)

    return make


def refusal(opened, folder, **fields):
    with pytest.raises(Refusal) as caught:
        opened("llama", model=str(folder), **fields)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert str(folder) in sentence
    return sentence


def test_a_folder_without_config_or_weights(opened, copy, tmp_path):
    assert "config.json is missing" in refusal(opened, tmp_path / "nowhere")
    folder = copy("llama")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "there is no *.safetensors file" in refusal(opened, folder)


def test_weights_that_lack_a_tensor_or_have_one_of_another_shape(opened, copy):
    folder = copy("llama")
    weights = load_file(folder / "model.safetensors")
    norm = weights.pop("model.norm.weight")
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    assert 'lack the tensor "model.norm.weight"' in refusal(opened, folder)
    save_file(
        {**weights, "model.norm.weight": norm[:-1].clone()},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    sentence = refusal(opened, folder)
    assert 'tensor "model.norm.weight" has shape [31], but config.json makes it [32]' in sentence


def test_files_that_are_not_what_they_should_be(opened, copy, folders):
    folder = copy("llama")
    (folder / "model.safetensors").write_bytes(b"\xff" * 64)
    refusal(opened, folder)
    (folder / "config.json").write_text("{")
    refusal(opened, folder)
    (folder / "config.json").write_text(json.dumps({"model_type": "never heard of"}))
    assert "never heard of" in refusal(opened, folder)
    fields = json.loads((folders["llama"] / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**fields, "hidden_size": "many"}))
    refusal(opened, folder)


def test_code_in_a_folder_is_not_executed(opened, copy, tmp_path):
    folder = copy("llama")
    code = f"open({str(tmp_path / 'done')!r}, 'w')\nclass Config: pass"
    (folder / "code.py").write_text(code)
    auto = {"AutoConfig": "code.Config", "AutoModelForCausalLM": "code.Config"}
    (folder / "config.json").write_text(json.dumps({"model_type": "own", "auto_map": auto}))
    refusal(opened, folder)
    assert not (tmp_path / "done").exists()


def test_adapters_that_are_not_there_or_lack_a_tensor(opened, copy, tmp_path):
    with pytest.raises(Refusal, match=r"adapter_config\.json is missing"):
        opened("llama", adapters=str(tmp_path))
    folder = copy("lora")
    weights = load_file(folder / "adapter_model.safetensors")
    name = "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight"
    save_file({**weights, name: weights[name][:3].clone()}, folder / "adapter_model.safetensors")
    with pytest.raises(Refusal, match=f'has no tensor "{name}" of its shape'):
        opened("llama", adapters=str(folder))


def test_a_model_that_mixes_packed_texts(opened, folders):
    sentence = refusal(opened, folders["mamba"])
    assert "can't be trained on packed texts" in sentence
    assert "dense: it mixes texts" in sentence


def test_attention_that_is_not_there(opened, folders):
    assert "flex: it needs a GPU" in refusal(opened, folders["llama"], attention="flex")
    sentence = refusal(opened, folders["llama"], attention="varlen", compile=True)
    assert "on the processor it is not compiled" in sentence


def test_calls_out_of_turn(opened, group, folders):
    learner = opened("llama")
    with pytest.raises(Refusal, match="A model is open already"):
        learner.call({**OPEN, "model": str(folders["llama"])})
    with pytest.raises(Refusal, match='There is no call "dance"'):
        learner.call({"call": "dance"})
    new = Learner(learner._channel, group)
    with pytest.raises(Refusal, match="No model is open"):
        new.call({"call": "score", "batch": WHOLE})
    with pytest.raises(Refusal, match="speaks protocol 1, not 2"):
        new.call({**OPEN, "model": "", "protocol": 2})


def test_a_prompt_that_leaves_no_room(opened):
    with pytest.raises(Refusal, match="A prompt of 64 tokens fills all 64 positions"):
        opened("llama").call(asked([[3], [5] * 64], 4, 2, [2]))


def test_memory_that_has_run_out_is_told_in_bytes(group):
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50)
    told = _failure(caught.value, group)
    assert told["kind"] == "memory"
    assert told["memory"] == {"needed": 2**52, "total": group.memory[0]}
    assert "RuntimeError" in told["detail"]
    other = _failure(ZeroDivisionError("by 0\nand more"), group)
    assert (other["kind"], other["message"]) == ("internal", "by 0")
