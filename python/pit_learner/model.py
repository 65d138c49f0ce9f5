"""The model: read from its folder, each rank its shard, perhaps with adapters; its forward pass."""

import json
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from transformers import AutoModelForCausalLM
from transformers.distributed.configuration_utils import DistributedConfig
from transformers.utils.logging import set_tqdm_hook

from . import sharding
from .group import Group
from .packing import Share
from .protocol import Beat, Message


class Model:
    """A causal language model of `transformers`, without dropout. Adapters are trained alone."""

    def __init__(self, asked: Message, group: Group, beat: Beat) -> None:
        self.group = group
        self.folder = Path(asked["model"])
        self.adapters = Path(asked["adapters"]) if asked.get("adapters") else None
        self.bf16 = asked["precision"] == "bf16"
        group.refuse_if(problem_of(self.folder))
        self.net = self._read(beat)
        if self.adapters:
            self._adapt(self.adapters)
        # As it is read, without the type of the weights.
        self.config = json.loads((self.folder / "config.json").read_text("utf-8"))
        self.config.pop("torch_dtype", None)
        # What training changes, by name; a tied matrix once.
        self.trained = {n: p for n, p in self.net.named_parameters() if p.requires_grad}
        if self.adapters:
            self.read_adapters(self.adapters)
        self.own_attention: str = self.net.config._attn_implementation
        # Whether texts stand in one row without padding.
        self.flat = False

    def _read(self, beat: Beat) -> Any:
        """fp32, or bf16 where it is not trained and bf16 was asked for."""
        group, mixed = self.group, self.bf16 and not self.adapters
        set_tqdm_hook(lambda _, args, __: _beating(list(args[0]), beat))
        net: Any = None
        try:
            kind: Any = sharding.sharded(self.folder) if group.world > 1 else AutoModelForCausalLM
            net, found = kind.from_pretrained(
                self.folder,
                dtype=torch.bfloat16 if self.bf16 and self.adapters else torch.float32,
                distributed_config=DistributedConfig(
                    fsdp_size=group.world, fsdp_mixed_precision=mixed
                ),
                output_loading_info=True,
                ignore_mismatched_sizes=True,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
            )
            problem = _gap(found)
        except (RuntimeError, MemoryError):
            raise
        except Exception as error:
            problem = first_line(error)
        group.refuse_if(problem and f"{self.folder}: {problem}")
        net.to(group.device).eval().requires_grad_(not self.adapters)
        if mixed and group.world == 1:
            sharding.cast_alone(net, group.device)
        sharding.add_up(net)
        return net

    def _adapt(self, folder: Path) -> None:
        """Adapters are whole on every rank and fp32."""
        from peft import PeftConfig, get_peft_model
        from peft.tuners.tuners_utils import BaseTunerLayer

        file = folder / "adapter_config.json"
        self.group.refuse_if(None if file.is_file() else f"{file} is missing.")
        config: Any = PeftConfig.from_pretrained(str(folder))
        config.inference_mode = config.init_lora_weights = False
        get_peft_model(self.net, config).eval()
        layers: list[Any] = [m for m in self.net.modules() if isinstance(m, BaseTunerLayer)]
        for layer in layers:
            layer.cast_input_dtype_enabled = not self.bf16

    def read_adapters(self, folder: Path) -> None:
        file = folder / "adapter_model.safetensors"
        found = load_file(file) if file.is_file() else {}
        own = self.named_adapters()
        odd = [n for n, p in own.items() if n not in found or found[n].shape != p.shape]
        text = f'{file} has no tensor "{odd[0]}" of its shape.' if odd else None
        self.group.refuse_if(text)
        for name, p in own.items():
            p.data.copy_(found[name])

    def named_adapters(self) -> dict[str, nn.Parameter]:
        """By their names in PEFT's file, which holds one set of them."""
        bare = {re.sub(r"\.default\b", "", name): p for name, p in self.trained.items()}
        return {f"base_model.model.{name}": p for name, p in bare.items()}

    @property
    def positions(self) -> int:
        """The most places that a text may take."""
        config = self.net.config.get_text_config()
        return getattr(config, "max_position_embeddings", None) or 2**31

    def rewire(self, *, recompute: bool, compiled: bool) -> None:
        """Inside each block, so that gathering its weights stays outside."""
        for block in sharding.blocks_of(self.net).values():
            if compiled:
                block.forward = torch.compile(block.forward)
            if recompute:
                options = {"use_reentrant": False, "preserve_rng_state": False}
                block.forward = partial(checkpoint, block.forward, **options)

    def attend(self, implementation: str, *, flat: bool) -> None:
        self.net.set_attn_implementation(implementation)
        self.flat = flat

    def logits(self, share: Share) -> Tensor:
        """[places where the loss weighs something, vocabulary], fp32."""
        with self._choosing(lambda hidden: hidden.flatten(0, 1)[share.places][None]):
            logits: Tensor = self._forward(**share.inputs, use_cache=False).logits[0].float()
        if not torch.is_grad_enabled():
            sharding.settle(self.net)
        return logits

    def next_token(self, **inputs: Any) -> Tensor:
        """The most likely token after each row, [rows]."""
        with self._choosing(lambda hidden: hidden[:, -1:]):
            logits: Tensor = self._forward(**inputs, use_cache=True).logits
        return logits[:, -1].float().argmax(-1)

    def _forward(self, **inputs: Any) -> Any:
        """fp32 adapters are multiplied in bf16 where the rest is."""
        casting = self.bf16 and self.adapters
        kind = self.group.device.type
        with torch.autocast(kind, torch.bfloat16) if casting else nullcontext():
            return self.net(**inputs)

    @contextmanager
    def _choosing(self, choose: Callable[[Tensor], Tensor]) -> Generator[None]:
        """The output matrix sees what is chosen; what is done to logits stays the model's own."""

        def before(_: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            return (choose(args[0]), *args[1:])

        hook = self.net.get_output_embeddings().register_forward_pre_hook(before)
        try:
            yield
        finally:
            hook.remove()

    @contextmanager
    def answering(self) -> Generator[None]:
        """For passes of a token each: with the model's own attention, and nothing compiled."""
        trained = {"implementation": self.net.config._attn_implementation, "flat": self.flat}
        self.attend(self.own_attention, flat=False)
        eager = torch.compiler.set_stance("force_eager")
        room = min(self.group.memory) / 4 / (2 if self.bf16 else 4)
        with sharding.gathered(self.net, room), eager:
            yield
        self.attend(**trained)


def problem_of(folder: Path) -> str | None:
    """Why no model can be read from a folder."""
    if not (folder / "config.json").is_file():
        return f"{folder} holds no model: config.json is missing."
    if not any(folder.glob("*.safetensors")):
        return f"{folder} holds no weights: there is no *.safetensors file."
    return None


def _gap(found: Message) -> str | None:
    """What `transformers` would begin at random."""
    if found["missing_keys"]:
        return f'the weights lack the tensor "{min(found["missing_keys"])}".'
    if found["mismatched_keys"]:
        name, here, there = min(found["mismatched_keys"])
        return f'tensor "{name}" has shape {list(here)}, but config.json makes it {list(there)}.'
    return None


def _beating(items: list[Any], beat: Beat) -> Iterator[Any]:
    """In place of a progress bar."""
    for done, item in enumerate(items):
        beat(done, len(items))
        yield item


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0] or type(error).__name__
