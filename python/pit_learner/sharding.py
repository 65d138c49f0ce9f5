"""FSDP2: how a model is spread over the ranks, and when its weights are gathered.

Gradients are added up over the ranks: the trainer has normalised the weights of the loss.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.modeling_layers import GradientCheckpointingLayer


def blocks_of(net: nn.Module) -> dict[str, nn.Module]:
    """The layers of the decoder, by name."""
    kind = GradientCheckpointingLayer
    return {name: module for name, module in net.named_modules() if isinstance(module, kind)}


def shards_of(net: nn.Module) -> list[Any]:
    return [module for module in net.modules() if isinstance(module, FSDPModule)]


def sharded(folder: Path) -> Any:
    """The class of a folder's model, made to be spread over the ranks before it is read."""
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    with torch.device("meta"):
        outline = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    blocks = {re.sub(r"\.\d+", ".*", name): "free_full_weight" for name in blocks_of(outline)}

    class Sharded(type(outline)):  # type: ignore[misc]
        @classmethod
        def maybe_distribute_model(cls, model: Any, *settings: Any) -> Any:
            """Each block by itself and all else together, tied matrices among it."""
            model.tie_weights()
            model.fsdp_plan = blocks
            return super().maybe_distribute_model(model, *settings)

    # By these `transformers` knows what the weights are called in files.
    Sharded.__name__, Sharded.__module__ = type(outline).__name__, type(outline).__module__
    return Sharded


def cast_alone(net: nn.Module, device: torch.device) -> None:
    """One process has nothing to shard, but casts its weights to bf16 as several do."""
    policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
    mesh = init_device_mesh(device.type, (1,))
    for module in [*blocks_of(net).values(), net]:
        fully_shard(module, mesh=mesh, mp_policy=policy)


def add_up(net: nn.Module) -> None:
    """Gradients as sums, not means."""
    for shard in shards_of(net):
        shard.set_gradient_divide_factor(1.0)
        shard.set_force_sum_reduction_for_comms(True)


def settle(net: nn.Module) -> None:
    """Frees what a forward pass without a backward pass has left gathered."""
    for shard in shards_of(net):
        shard.reshard()


def recover(net: Any) -> None:
    """After a forward pass that failed half-way."""
    if isinstance(net, FSDPModule):
        net.reset_iter_state()


@contextmanager
def gathered(net: nn.Module, room: float) -> Generator[None]:
    """Blocks stay gathered between forward passes, if the model has no more weights than `room`."""
    fits = sum(p.numel() for p in net.parameters()) <= room
    shards = [b for b in blocks_of(net).values() if fits and isinstance(b, FSDPModule)]
    for shard in shards:
        shard.set_reshard_after_forward(False, recurse=False)
    try:
        yield
    finally:
        for shard in shards:
            shard.set_reshard_after_forward(True, recurse=False)
        settle(net)


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor of which a rank holds its shard; all ranks take part."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
