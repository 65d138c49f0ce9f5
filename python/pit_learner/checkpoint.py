"""Saving and restoring: a model folder that `transformers` loads (or PEFT's two files), and the optimiser's state.

Weights are gathered one at a time, so that no process holds more than one file's worth of a sharded model.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed.checkpoint as dcp
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader

from .model import Model, problem_of
from .train import Optimizer

FILE = 4 * 2**30
Beat = Callable[[int, int], None]


def save(model: Model, optimizer: Optimizer | None, folder: Path, beat: Beat) -> None:
    if model.tuned is not None:
        _save_adapters(model, folder)
    else:
        _save_weights(model, folder, beat)
    if optimizer is not None:
        dcp.save(_moments(model, optimizer), checkpoint_id=folder / "optimizer")


def restore(model: Model, optimizer: Optimizer, folder: Path) -> None:
    """Reads what `save` has written, on any number of processes; without moments the optimiser is reset."""
    if model.tuned is not None:
        _restore_adapters(model, folder)
    else:
        model.group.refuse_if(problem_of(folder))
        dcp.load(_weights(model), storage_reader=HuggingFaceStorageReader(str(folder)))
    optimizer.reset()
    if (folder / "optimizer").is_dir():
        state = _moments(model, optimizer)
        dcp.load(state, checkpoint_id=folder / "optimizer")
        _resume(model, optimizer, state)


def _weights(model: Model) -> dict[str, Tensor]:
    """Every weight, a tied one once."""
    tied = model.net.all_tied_weights_keys
    return {name: t for name, t in model.net.state_dict().items() if name not in tied}


def _save_weights(model: Model, folder: Path, beat: Beat) -> None:
    weights = _weights(model)
    files = _files({name: t.numel() * 4 for name, t in weights.items()})
    first = model.group.rank == 0
    done = 0
    for file, names in files.items():
        held: dict[str, Tensor] = {}
        for name in names:
            whole = _gathered(weights[name])
            if first:
                held[name] = whole.detach().to("cpu", torch.float32).contiguous()
            beat(done := done + 1, len(weights))
        if first:
            save_file(held, folder / file, {"format": "pt"})
    if first:
        _describe(model, folder, files)


def _gathered(weight: Tensor) -> Tensor:
    return weight.full_tensor() if hasattr(weight, "full_tensor") else weight


def _files(sizes: dict[str, int]) -> dict[str, list[str]]:
    """Names of weights by the file that holds them, in order; none but a lone weight takes more than FILE bytes."""
    parts: list[list[str]] = [[]]
    room = FILE
    for name, size in sizes.items():
        if parts[-1] and size > room:
            parts.append([])
            room = FILE
        parts[-1].append(name)
        room -= size
    if len(parts) == 1:
        return {"model.safetensors": parts[0]}
    of = len(parts)
    return {f"model-{i:05}-of-{of:05}.safetensors": names for i, names in enumerate(parts, 1)}


def _describe(model: Model, folder: Path, files: dict[str, list[str]]) -> None:
    """The config as it was read, and where each weight is."""
    config = json.loads((model.folder / "config.json").read_text("utf-8"))
    config.pop("torch_dtype", None)
    _write(folder / "config.json", {**config, "dtype": "float32"})
    if len(files) > 1:
        where = {name: file for file, names in files.items() for name in names}
        size = sum((folder / file).stat().st_size for file in files)
        index = {"metadata": {"total_size": size}, "weight_map": where}
        _write(folder / "model.safetensors.index.json", index)


def _write(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def _save_adapters(model: Model, folder: Path) -> None:
    from peft import get_peft_model_state_dict

    if model.group.rank != 0 or model.adapters is None:
        return
    state = get_peft_model_state_dict(model.tuned, save_embedding_layers=False)
    held = {name: t.detach().cpu().contiguous() for name, t in state.items()}
    save_file(held, folder / "adapter_model.safetensors", {"format": "pt"})
    shutil.copyfile(model.adapters / "adapter_config.json", folder / "adapter_config.json")


def _restore_adapters(model: Model, folder: Path) -> None:
    from peft import set_peft_model_state_dict

    file = folder / "adapter_model.safetensors"
    model.group.refuse_if(None if file.is_file() else f"{file} is missing.")
    set_peft_model_state_dict(model.tuned, load_file(file))


def _moments(model: Model, optimizer: Optimizer) -> dict[str, Tensor]:
    """Both moments of each trained weight by its name, zeros before the first step, and the number of steps."""
    steps = torch.zeros((), dtype=torch.int64)
    moments: dict[str, Tensor] = {}
    for name, p in model.trained.items():
        state = optimizer.adamw.state.get(p, {})
        for kind in ("exp_avg", "exp_avg_sq"):
            moments[f"{name}.{kind}"] = state[kind] if state else torch.zeros_like(p)
        if state:
            steps.fill_(int(state["step"].item()))
    return {**moments, "steps": steps}


def _resume(model: Model, optimizer: Optimizer, state: dict[str, Tensor]) -> None:
    steps = int(state["steps"])
    if steps == 0:
        return
    for name, p in model.trained.items():
        moments = {kind: state[f"{name}.{kind}"] for kind in ("exp_avg", "exp_avg_sq")}
        optimizer.adamw.state[p] = {"step": torch.tensor(float(steps), device=p.device), **moments}
