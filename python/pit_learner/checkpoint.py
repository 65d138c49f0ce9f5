"""Saving and restoring: a folder that `transformers` or PEFT loads, and the optimiser's state.

Weights are gathered one by one: no process holds more of a sharded model than goes into a file.
"""

import json
import shutil
from pathlib import Path

import torch
from huggingface_hub import split_torch_state_dict_into_shards
from safetensors.torch import save_file
from torch import Tensor
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save as write
from transformers.core_model_loading import revert_weight_conversion

from .model import Model
from .protocol import Beat
from .sharding import whole
from .train import Optimizer

MOMENTS = ("exp_avg", "exp_avg_sq")


def save(model: Model, optimizer: Optimizer | None, folder: Path, beat: Beat) -> None:
    """Into an existing folder, which all ranks share."""
    if model.adapters:
        _save_adapters(model, model.adapters, folder)
    else:
        _save_weights(model, folder, beat)
    if optimizer:
        write(_state(optimizer), checkpoint_id=folder / "optimizer")


def resume(optimizer: Optimizer, folder: Path) -> None:
    """The state that `save` has written, on any number of processes; without it, a new one."""
    optimizer.reset()
    if not (folder / "optimizer").is_dir():
        return
    state = _state(optimizer)
    load(state, checkpoint_id=folder / "optimizer")
    for name, p in optimizer.model.trained.items():
        moments = {kind: state[f"{name}.{kind}"] for kind in MOMENTS}
        step = torch.tensor(float(state["steps"]), device=p.device)
        optimizer.adamw.state[p] = {"step": step, **moments}


def _save_weights(model: Model, folder: Path, beat: Beat) -> None:
    """fp32, in files and under names of `transformers`; a tied weight once."""
    tied, first = model.net.all_tied_weights_keys, model.group.rank == 0
    weights = {name: t for name, t in model.net.state_dict().items() if name not in tied}
    sizes = {name: torch.empty(t.shape, device="meta") for name, t in weights.items()}
    plan = split_torch_state_dict_into_shards(sizes)
    where: dict[str, str] = {}
    for file, names in plan.filename_to_tensors.items():
        held = {}
        for name in names:
            tensor = whole(weights.pop(name))
            if first:
                held[name] = tensor.detach().to("cpu", torch.float32).contiguous()
            beat(len(sizes) - len(weights), len(sizes))
        if first:
            held = revert_weight_conversion(model.net, held)
            where |= dict.fromkeys(held, file)
            save_file(held, folder / file, {"format": "pt"})
    if first:
        _write(folder / "config.json", {**model.config, "dtype": "float32"})
        if plan.is_sharded:
            index = {"metadata": plan.metadata, "weight_map": where}
            _write(folder / "model.safetensors.index.json", index)


def _write(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def _save_adapters(model: Model, source: Path, folder: Path) -> None:
    """Every rank has all of them."""
    if model.group.rank == 0:
        held = {name: p.detach().cpu() for name, p in model.named_adapters().items()}
        save_file(held, folder / "adapter_model.safetensors", {"format": "pt"})
        shutil.copyfile(source / "adapter_config.json", folder / "adapter_config.json")


def _state(optimizer: Optimizer) -> dict[str, Tensor]:
    """Moments by the name of the weight, 0 before the first step, and the number of steps."""
    state: dict[str, Tensor] = {"steps": torch.zeros((), dtype=torch.int64)}
    for name, p in optimizer.model.trained.items():
        own = optimizer.adamw.state.get(p) or {kind: torch.zeros_like(p) for kind in MOMENTS}
        state |= {f"{name}.{kind}": own[kind] for kind in MOMENTS}
        if "step" in own:
            state["steps"].fill_(int(own["step"].item()))
    return state
