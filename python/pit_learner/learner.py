"""The calls of the protocol: each takes a request's fields and gives the reply's."""

from pathlib import Path

from .checkpoint import restore, save
from .generate import generate
from .group import Group
from .model import Model
from .packing import Batch
from .protocol import VERSION, Channel, Message, Refusal, decode_ints, encode
from .train import Optimizer, score, train


class Learner:
    """One model with its optimiser, as this rank holds it."""

    def __init__(self, channel: Channel, group: Group) -> None:
        self._channel = channel
        self._group = group
        self._model: Model | None = None
        self._optimizer: Optimizer | None = None

    def call(self, request: Message) -> Message:
        """Raises a Refusal where nothing was done; after any other error the learner is of no use."""
        name = request["call"]
        calls = {
            "open": self._open,
            "step": self._step,
            "score": self._score,
            "generate": self._generate,
            "reset": self._reset,
            "save": self._save,
            "restore": self._restore,
        }
        if name not in calls:
            raise Refusal(f'There is no call "{name}".')
        self._channel.beat(name, 0, 0)
        return calls[name](request)

    @property
    def _opened(self) -> tuple[Model, Optimizer]:
        if self._model is None or self._optimizer is None:
            raise Refusal("No model is open.")
        return self._model, self._optimizer

    def _open(self, request: Message) -> Message:
        if request["protocol"] != VERSION:
            raise Refusal(f"This learner speaks protocol {VERSION}, not {request['protocol']}.")
        self._model = self._optimizer = None
        model = Model(request, self._group, lambda done, of: self._channel.beat("open", done, of))
        self._optimizer = Optimizer(model, request["optimizer"])
        self._model = model
        trained = sum(p.numel() for p in model.trained.values())
        every = sum(p.numel() for p in model.net.parameters())
        return {
            "parameters": every - trained if model.tuned else every,
            "trained": trained,
            "attention": "dense",
            "reason": "the processor has no other",
            "fused": True,
        }

    def _step(self, request: Message) -> Message:
        model, optimizer = self._opened
        batches = [Batch.read(wire) for wire in request["batches"]]
        of = len(batches)
        result = train(
            model, optimizer, batches, request["rate"], lambda done: self._channel.beat("step", done, of)
        )
        return {**result, "losses": [encode(losses) for losses in result["losses"]]}

    def _score(self, request: Message) -> Message:
        losses, hits = score(self._opened[0], Batch.read(request["batch"]))
        return {"losses": encode(losses), "hits": encode(hits)}

    def _generate(self, request: Message) -> Message:
        answers = generate(
            self._opened[0],
            [decode_ints(prompt) for prompt in request["prompts"]],
            request["maxTokens"],
            request["batch"],
            request["stopTokens"],
            lambda done, of: self._channel.beat("generate", done, of),
        )
        return {"answers": [encode(answer) for answer in answers]}

    def _reset(self, _: Message) -> Message:
        self._opened[1].reset()
        return {}

    def _save(self, request: Message) -> Message:
        model, optimizer = self._opened
        save(
            model,
            optimizer if request["optimizer"] else None,
            Path(request["folder"]),
            lambda done, of: self._channel.beat("save", done, of),
        )
        return {}

    def _restore(self, request: Message) -> Message:
        restore(*self._opened, Path(request["folder"]))
        return {}
