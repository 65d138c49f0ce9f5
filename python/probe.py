"""Tells as JSON what this Python offers to the learner; `pit doctor` and `pit setup torch` ask."""

import json
import platform
from importlib.metadata import version

import torch
import torch.cuda.nccl
import torch.distributed


def gpu(index: int) -> dict[str, object]:
    """Name, memory in bytes, and whether it computes in bf16."""
    properties = torch.cuda.get_device_properties(index)
    with torch.cuda.device(index):
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return {"name": properties.name, "memory": properties.total_memory, "bf16": bf16}


def nccl() -> str | None:
    """Its version, where this build has it."""
    if not torch.distributed.is_nccl_available():
        return None
    return ".".join(map(str, torch.cuda.nccl.version()))


print(
    json.dumps(
        {
            "python": platform.python_version(),
            "torch": torch.__version__,
            # Importing these takes seconds; the learner does it.
            "transformers": version("transformers"),
            "peft": version("peft"),
            "cuda": torch.version.cuda,
            "gpus": [gpu(index) for index in range(torch.cuda.device_count())],
            "nccl": nccl(),
            "gloo": torch.distributed.is_gloo_available(),
        }
    )
)
