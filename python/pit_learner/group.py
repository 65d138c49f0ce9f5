"""The processes that hold the model together: how they meet, and what they tell each other beside gradients."""

import os
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from .protocol import Refusal

# The trainer watches the beats and ends what hangs; a rank that waits for the next request does not.
_FOREVER = timedelta(days=365)


class Group:
    """This rank among all."""

    def __init__(self) -> None:
        self.local_rank = int(os.environ.get("LOCAL_RANK", "0"))
        on_gpu = torch.cuda.is_available()
        self.device = torch.device("cuda", self.local_rank) if on_gpu else torch.device("cpu")
        if on_gpu:
            torch.cuda.set_device(self.device)
        backend = "cpu:gloo,cuda:nccl" if on_gpu else "cpu:gloo"
        dist.init_process_group(backend, timeout=_FOREVER)
        self.rank = dist.get_rank()
        self.world = dist.get_world_size()
        described = self.all((_name_of(self.device), _memory_of(self.device)))
        self.devices = [name for name, _ in described]
        self.memory = [size for _, size in described]

    def first(self, value: Any) -> Any:
        """Rank 0's value, on every rank."""
        box = [value]
        dist.broadcast_object_list(box, src=0, device=torch.device("cpu"))
        return box[0]

    def all(self, value: Any) -> list[Any]:
        """The values of all ranks, on every rank."""
        values: list[Any] = [None] * dist.get_world_size()
        dist.all_gather_object(values, value)
        return values

    def any(self, flag: bool) -> bool:
        """Whether it holds on any rank."""
        if self.world == 1:
            return flag
        told = torch.tensor(int(flag))
        dist.all_reduce(told, dist.ReduceOp.MAX)
        return bool(told.item())

    def refuse_if(self, problem: str | None) -> None:
        """Refuses on every rank what can't be done on one."""
        for told in self.all(problem):
            if told:
                raise Refusal(told)

    def close(self) -> None:
        dist.destroy_process_group()


def _name_of(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


def _memory_of(device: torch.device) -> int:
    """Bytes of the device; of the processor's memory, an equal part for each process of this machine."""
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // local
