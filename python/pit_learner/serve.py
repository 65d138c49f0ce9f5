"""The loop: rank 0 reads a request, all ranks carry it out, rank 0 answers."""

import json
import platform
import re
import traceback
from importlib.metadata import version

import torch
import torch.distributed as dist

from .group import Group
from .learner import Learner
from .model import first_line
from .protocol import VERSION, Channel, Message, Refusal


def serve(channel: Channel) -> None:
    """Until the trainer closes or is gone. After any other error torchrun ends all ranks."""
    group = Group()
    channel.send({"hello": _hello(group)})
    learner = Learner(channel, group)
    while (line := group.first(channel.receive())) is not None:
        request = json.loads(line)
        if request["call"] == "close":
            channel.send({"id": request["id"], "ok": {}})
            break
        try:
            channel.send({"id": request["id"], "ok": learner.call(request)})
        except Refusal as refusal:
            error = {"kind": "refused", "message": str(refusal), "rank": group.rank}
            channel.send({"id": request["id"], "error": error})
        except Exception as error:
            channel.send({"id": request["id"], "error": _failure(error, group)})
            raise
    dist.destroy_process_group()


def _hello(group: Group) -> Message:
    return {
        "protocol": VERSION,
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "transformers", "peft")},
        "world": group.world,
        "device": group.device.type,
        "devices": group.devices,
        "memory": group.memory,
    }


def _failure(error: Exception, group: Group) -> Message:
    detail = "".join(traceback.format_exception(error))
    told = {"message": first_line(error), "rank": group.rank, "detail": detail}
    memory = _memory(error, group)
    return {"kind": "memory", "memory": memory, **told} if memory else {"kind": "internal", **told}


def _memory(error: Exception, group: Group) -> Message | None:
    """Bytes that were asked for, are in use and are there, where they didn't suffice."""
    scales = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
    asked = re.search(r"allocate ([\d.]+) (bytes|KiB|MiB|GiB)", str(error))
    needed = {"needed": round(float(asked[1]) * scales[asked[2]])} if asked else {}
    if isinstance(error, torch.OutOfMemoryError):
        free, total = torch.cuda.mem_get_info(group.device)
        return {**needed, "used": total - free, "total": total}
    if isinstance(error, MemoryError) or re.search("DefaultCPUAllocator|bad_alloc", str(error)):
        return {**needed, "total": group.memory[group.rank]}
    return None
