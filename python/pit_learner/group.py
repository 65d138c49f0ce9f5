"""The processes that hold the model together, and what they tell each other beside gradients."""

import os
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from .protocol import Refusal

# The trainer ends what gives no sign of life; to wait for a request is no failure.
FOREVER = timedelta(days=365)


class Group:
    """This rank among all."""

    def __init__(self) -> None:
        self.device, backends = torch.device("cpu"), "cpu:gloo"
        if torch.cuda.is_available():
            self.device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
            torch.cuda.set_device(self.device)
            backends = "cpu:gloo,cuda:nccl"
        dist.init_process_group(backends, timeout=FOREVER)
        self.rank, self.world = dist.get_rank(), dist.get_world_size()
        self.devices, self.memory = zip(*self.all(_described(self.device)), strict=True)

    def first(self, value: Any) -> Any:
        """Rank 0's value."""
        if self.world == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, src=0, device=torch.device("cpu"))
        return box[0]

    def all(self, value: Any) -> list[Any]:
        """The values of all ranks."""
        if self.world == 1:
            return [value]
        values: list[Any] = [None] * self.world
        dist.all_gather_object(values, value)
        return values

    def refuse_if(self, problem: str | None) -> None:
        """Every rank refuses what one can't do."""
        for told in filter(None, self.all(problem)):
            raise Refusal(told)


def _described(device: torch.device) -> tuple[str, int]:
    """Name and bytes; of the processor's memory an equal part for each process of the machine."""
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        return properties.name, properties.total_memory
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return "CPU", size // int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
