"""The calls of the protocol, each from a request's fields to the answer's."""

import gc
from functools import partial
from pathlib import Path

from .attention import choose
from .checkpoint import resume, save
from .generate import generate
from .group import Group
from .model import Model, problem_of
from .packing import Batch
from .protocol import VERSION, Beat, Channel, Message, Refusal, decode, encode
from .train import Optimizer, score, train


class Learner:
    """A model with its optimiser, as this rank holds them."""

    def __init__(self, channel: Channel, group: Group) -> None:
        self._channel = channel
        self._group = group
        self._asked: Message = {}
        self._open: tuple[Model, Optimizer] | None = None

    def call(self, request: Message) -> Message:
        """After any error but a Refusal the learner is of no more use."""
        name = request["call"]
        beat = partial(self._channel.beat, name)
        beat(0, 0)
        if name == "open":
            return self._opened(request, beat)
        if self._open is None:
            raise Refusal("No model is open.")
        if name == "restore":
            return self._restored(Path(request["folder"]), beat)
        return _answer(name, request, *self._open, beat)

    def _opened(self, asked: Message, beat: Beat) -> Message:
        if asked["protocol"] != VERSION:
            raise Refusal(f"This learner speaks protocol {VERSION}, not {asked['protocol']}.")
        if self._open:
            raise Refusal("A model is open already.")
        model = Model(asked, self._group, beat)
        attention, reason = choose(model, asked)
        model.rewire(recompute=asked["recompute"], compiled=asked["compile"])
        self._asked, self._open = asked, (model, Optimizer(model, asked["optimizer"]))
        trained = sum(p.numel() for p in model.trained.values())
        every = sum(p.numel() for p in model.net.parameters())
        counts = {"parameters": every - trained if model.adapters else every, "trained": trained}
        return {**counts, "attention": attention, "reason": reason, "fused": True}

    def _restored(self, folder: Path, beat: Beat) -> Message:
        """Adapters are read in place; a model takes the other's place, once that is gone."""
        if self._open and self._open[0].adapters:
            self._open[0].read_adapters(folder)
        else:
            self._group.refuse_if(problem_of(folder))
            self._open = None
            gc.collect()
            self._opened({**self._asked, "model": str(folder)}, beat)
        if self._open:
            resume(self._open[1], folder)
        return {}


def _answer(name: str, asked: Message, model: Model, optimizer: Optimizer, beat: Beat) -> Message:
    match name:
        case "step":
            batches = [Batch.read(wire) for wire in asked["batches"]]
            result = train(model, optimizer, batches, asked["rate"], beat)
            return {**result, "losses": [encode(losses) for losses in result["losses"]]}
        case "score":
            scores = score(model, Batch.read(asked["batch"]))
            return {kind: encode(values) for kind, values in scores.items()}
        case "generate":
            prompts = [decode(prompt, "<i4") for prompt in asked["prompts"]]
            return {"answers": [encode(answer) for answer in generate(model, prompts, asked, beat)]}
        case "reset":
            optimizer.reset()
        case "save":
            save(model, optimizer if asked["optimizer"] else None, Path(asked["folder"]), beat)
        case _:
            raise Refusal(f'There is no call "{name}".')
    return {}
