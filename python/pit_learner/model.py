"""The model: read from its folder, each rank its shard, with adapters if there are some; and its forward pass."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor, nn
from torch.distributed import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.utils.checkpoint import checkpoint
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.distributed import DistributedConfig
from transformers.modeling_layers import GradientCheckpointingLayer

from .group import Group
from .packing import Rows
from .protocol import Message, Refusal

BF16 = torch.bfloat16


class Model:
    """A causal language model of `transformers`; with adapters these alone are trained."""

    def __init__(self, asked: Message, group: Group, beat: Callable[[int, int], None]) -> None:
        self.group = group
        self.folder = Path(asked["model"])
        self.adapters = Path(asked["adapters"]) if asked.get("adapters") else None
        self.bf16 = asked["precision"] == "bf16"
        group.refuse_if(problem_of(self.folder))
        self.net = self._read(beat)
        self.tuned = self._adapt() if self.adapters else None
        for block in blocks_of(self.net).values():
            _rewire(block, recompute=asked["recompute"], compiled=asked["compile"])
        self.head: nn.Module = self.net.get_output_embeddings()

    def _read(self, beat: Callable[[int, int], None]) -> Any:
        """fp32, except weights that stay frozen in bf16; of several processes each reads its shard alone."""
        frozen = self.adapters is not None
        dtype = BF16 if self.bf16 and frozen else torch.float32
        sharding = {} if self.group.world == 1 else {"distributed_config": self._sharding(dtype)}
        with _told(beat):
            net, found = AutoModelForCausalLM.from_pretrained(
                self.folder,
                dtype=dtype,
                output_loading_info=True,
                use_safetensors=True,
                local_files_only=True,
                **sharding,
            )
        _refuse_gaps(self.folder, found)
        net.to(self.group.device).eval().requires_grad_(not frozen)
        if self.group.world == 1 and self.bf16 and not frozen:
            _compute_in_bf16(net, self.group.device)
        for module in net.modules():
            if isinstance(module, FSDPModule):
                module.set_gradient_divide_factor(1.0)
                module.set_force_sum_reduction_for_comms(True)
        return net

    def _sharding(self, dtype: torch.dtype) -> DistributedConfig:
        with torch.device("meta"):
            outline = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(self.folder))
        plan = {re.sub(r"\.\d+", ".*", name): "free_full_weight" for name in blocks_of(outline)}
        mixed = self.bf16 and dtype == torch.float32
        return DistributedConfig(
            fsdp_size=self.group.world, fsdp_plan=plan, fsdp_mixed_precision=mixed
        )

    def _adapt(self) -> Any:
        from peft import PeftModel
        from peft.tuners.tuners_utils import BaseTunerLayer

        tuned = PeftModel.from_pretrained(self.net, str(self.adapters), is_trainable=True)
        for module in self.net.modules():
            if isinstance(module, BaseTunerLayer):
                module.cast_input_dtype_enabled = not self.bf16
        return tuned

    @property
    def trained(self) -> dict[str, nn.Parameter]:
        """What training changes, by name; a tied matrix once."""
        return {name: p for name, p in self.net.named_parameters() if p.requires_grad}

    @property
    def positions(self) -> int:
        """The most places that a text may take."""
        return int(self.net.config.max_position_embeddings)

    def logits(self, rows: Rows) -> Tensor:
        """[places where the loss weighs something, vocabulary], fp32."""
        wanted = rows.wanted
        with self._choosing(lambda hidden: hidden[wanted][None]), self._casting():
            out = self.net(input_ids=rows.tokens, position_ids=rows.positions, use_cache=False)
        return out.logits[0].float()

    def next_logits(self, **inputs: Any) -> Any:
        """The model's output with logits of the last place alone, [rows, 1, vocabulary]."""
        with self._choosing(lambda hidden: hidden[:, -1:]), self._casting():
            return self.net(use_cache=True, **inputs)

    @contextmanager
    def _choosing(self, choose: Callable[[Tensor], Tensor]) -> Iterator[None]:
        """The output matrix sees no more than is chosen; scales and caps of logits stay the model's own."""
        hook = self.head.register_forward_pre_hook(lambda _, args: (choose(args[0]), *args[1:]))
        try:
            yield
        finally:
            hook.remove()

    def _casting(self) -> AbstractContextManager[None]:
        """Adapters stay fp32 and are multiplied in bf16."""
        if self.tuned is None or not self.bf16:
            return nullcontext()
        return torch.autocast(self.group.device.type, BF16)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Keeps what is gathered for a forward pass, where it takes a quarter of the memory at most."""
        shards = [module for module in self.net.modules() if isinstance(module, FSDPModule)]
        size = sum(p.numel() for p in self.net.parameters()) * (2 if self.bf16 else 4)
        if not shards or size > min(self.group.memory) / 4:
            yield
            return
        for module in shards:
            module.set_reshard_after_forward(False, recurse=False)
        try:
            yield
        finally:
            for module in shards:
                module.reshard()
                module.set_reshard_after_forward(module is not self.net, recurse=False)


def problem_of(folder: Path) -> str | None:
    """Why no model can be read from a folder, in one sentence."""
    if not (folder / "config.json").is_file():
        return f"{folder} holds no model: config.json is missing."
    if not any(folder.glob("*.safetensors")):
        return f"{folder} holds no weights: a *.safetensors file is missing."
    return None


def blocks_of(net: nn.Module) -> dict[str, nn.Module]:
    """The layers of the decoder, by name."""
    return {
        name: module
        for name, module in net.named_modules()
        if isinstance(module, GradientCheckpointingLayer)
    }


def _rewire(block: nn.Module, *, recompute: bool, compiled: bool) -> None:
    """Inside a block, so that gathering its weights stays outside."""
    if compiled:
        block.forward = torch.compile(block.forward)
    if recompute:
        block.forward = partial(
            checkpoint, block.forward, use_reentrant=False, preserve_rng_state=False
        )


def _compute_in_bf16(net: nn.Module, device: torch.device) -> None:
    """One process shards nothing, but casts weights as several do."""
    policy = MixedPrecisionPolicy(param_dtype=BF16, reduce_dtype=torch.float32)
    mesh = init_device_mesh(device.type, (1,))
    for block in blocks_of(net).values():
        fully_shard(block, mesh=mesh, mp_policy=policy)
    fully_shard(net, mesh=mesh, mp_policy=policy)


def _refuse_gaps(folder: Path, found: Message) -> None:
    """`transformers` would begin at random what a file lacks."""
    if found["missing_keys"]:
        raise Refusal(f'{folder}: the weights have no tensor "{min(found["missing_keys"])}".')
    if found["mismatched_keys"]:
        name, here, there = min(found["mismatched_keys"])
        raise Refusal(
            f'{folder}: tensor "{name}" has shape {list(here)}, '
            f"but config.json makes it {list(there)}."
        )


@contextmanager
def _told(beat: Callable[[int, int], None]) -> Iterator[None]:
    """A beat for each weight that is read."""

    def hook(factory: Any, args: Any, kwargs: Any) -> Any:
        bar = factory(*args, **{**kwargs, "disable": True})
        of = len(args[0]) if args and hasattr(args[0], "__len__") else 0

        class Bar:
            def __iter__(self) -> Iterator[Any]:
                for done, item in enumerate(bar):
                    beat(done, of)
                    yield item

            def __getattr__(self, name: str) -> Any:
                return getattr(bar, name)

        return Bar()

    before = transformers.utils.logging.set_tqdm_hook(hook)
    try:
        yield
    finally:
        transformers.utils.logging.set_tqdm_hook(before)
