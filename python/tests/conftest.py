"""Tiny checkpoints made by `transformers` and `peft`, and a group of this one process."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from peft import LoraConfig, get_peft_model
from support import OPEN, Wire
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MambaConfig,
    MistralConfig,
    PreTrainedConfig,
    Qwen3Config,
    Qwen3MoeConfig,
)

from pit_learner.group import Group
from pit_learner.learner import Learner
from pit_learner.protocol import Channel

# On models so small, threads wait for each other more than they compute.
torch.set_num_threads(1)

SIZES = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "initializer_range": 0.2,
}
# An odd vocabulary is spread unevenly over ranks.
IDS = {"vocab_size": 97, "bos_token_id": 1, "eos_token_id": 2}
CONFIGS: dict[str, PreTrainedConfig] = {
    "llama": LlamaConfig(**SIZES, **IDS),
    "gpt2": GPT2Config(
        **IDS, n_embd=32, n_layer=2, n_head=4, n_positions=64, initializer_range=0.2
    ),
    "qwen3": Qwen3Config(**SIZES, **IDS, head_dim=16, tie_word_embeddings=True),
    "mistral": MistralConfig(**SIZES, **IDS, sliding_window=3),
    "gpt_neox": GPTNeoXConfig(**SIZES, **IDS, tie_word_embeddings=False),
    "experts": Qwen3MoeConfig(
        **SIZES, **IDS, head_dim=16, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=16
    ),
    "mamba": MambaConfig(**IDS, hidden_size=32, state_size=4, num_hidden_layers=2),
}


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model folder of each family, and `lora`: adapters of the llama."""
    torch.manual_seed(1)
    root = tmp_path_factory.mktemp("models")
    for name, config in CONFIGS.items():
        AutoModelForCausalLM.from_config(config).save_pretrained(root / name)
    base = AutoModelForCausalLM.from_pretrained(root / "llama")
    targets = ["q_proj", "v_proj", "down_proj"]
    lora = get_peft_model(
        base, LoraConfig(r=4, lora_alpha=8, lora_dropout=0.1, target_modules=targets)
    )
    for name, p in lora.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(p, std=0.1)
    lora.save_pretrained(root / "lora")
    return {name: root / name for name in [*CONFIGS, "lora"]}


@pytest.fixture(scope="session")
def group() -> Group:
    os.environ |= {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "0"}
    group = Group()
    yield group
    dist.destroy_process_group()


class Mute(Channel):
    """Nobody listens."""

    def __init__(self) -> None:
        self.beats: list[Wire] = []

    def send(self, message: Wire) -> None:
        self.beats.append(message["beat"])


@pytest.fixture
def opened(group: Group, folders: dict[str, Path]) -> Callable[..., Learner]:
    """A learner in this process that has opened a model."""

    def open_model(name: str, tuned: str | None = None, **fields: object) -> Learner:
        learner = Learner(Mute(), group)
        own = {"adapters": str(folders[tuned])} if tuned else {}
        learner.call({**OPEN, "model": str(folders[name]), **own, **fields})
        return learner

    return open_model
