"""The loop: rank 0 reads a request, all ranks carry it out, rank 0 replies."""

import json
import platform
import re
import traceback
from importlib.metadata import version

import torch

from .group import Group
from .learner import Learner
from .protocol import VERSION, Channel, Message, Refusal


def serve(channel: Channel) -> None:
    """Until the trainer closes or is gone. An error that is no refusal ends this process, and so all of them."""
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
        except Exception as failure:
            channel.send({"id": request["id"], "error": _described(failure, group)})
            raise
    group.close()


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


def _described(failure: Exception, group: Group) -> Message:
    detail = "".join(traceback.format_exception(failure))
    sentence = (str(failure).splitlines() or [""])[0] or type(failure).__name__
    described: Message = {"kind": "internal", "message": sentence, "rank": group.rank}
    if memory := _memory(failure, group):
        described |= {"kind": "memory", "memory": memory}
    return {**described, "detail": detail}


def _memory(failure: Exception, group: Group) -> Message | None:
    """Bytes needed, used and there in all, where memory has run out."""
    text = str(failure)
    if isinstance(failure, torch.OutOfMemoryError):
        free, total = torch.cuda.mem_get_info(group.device)
        found: Message = {"used": total - free, "total": total}
        if asked := re.search(r"Tried to allocate ([\d.]+) (KiB|MiB|GiB)", text):
            scale = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[asked[2]]
            found["needed"] = round(float(asked[1]) * scale)
        return found
    if isinstance(failure, MemoryError) or "DefaultCPUAllocator" in text:
        asked = re.search(r"allocate (\d+) bytes", text)
        needed = {"needed": int(asked[1])} if asked else {}
        return {**needed, "total": group.memory[group.rank]}
    return None
