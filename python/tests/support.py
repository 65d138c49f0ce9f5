"""A learner in processes of its own, driven as the trainer drives it; small models and batches to give it."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
ADAMW = {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1, "clip": 1.0}


class Refused(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class Client:
    def __init__(self, world: int = 1) -> None:
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command += [f"--nproc-per-node={world}", "--max-restarts=0", "-m", "pit_learner"]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, text=True)
        self.beats: list[dict[str, Any]] = []
        self.id = 0
        self.hello = self.line()["hello"]

    def line(self) -> dict[str, Any]:
        text = self.process.stdout.readline()
        if not text:
            raise AssertionError(self.process.stderr.read())
        return json.loads(text)

    def call(self, name: str, **fields: Any) -> dict[str, Any]:
        self.id += 1
        self.beats = []
        self.process.stdin.write(json.dumps({"id": self.id, "call": name, **fields}) + "\n")
        self.process.stdin.flush()
        while "beat" in (line := self.line()):
            self.beats.append(line["beat"])
        assert line["id"] == self.id
        if "error" in line:
            raise Refused(line["error"])
        return line["ok"]

    def open(self, model: Path, **fields: Any) -> dict[str, Any]:
        usual = {"precision": "fp32", "recompute": False, "compile": False, "attention": "auto"}
        usual |= {"protocol": 1, "optimizer": ADAMW, "model": str(model)}
        return self.call("open", **usual | fields)

    def step(self, *batches: dict[str, Any], rate: float = 1e-3) -> dict[str, Any]:
        result = self.call("step", batches=list(batches), rate=rate)
        return result | {"losses": [floats(text) for text in result["losses"]]}

    def generate(self, prompts: list[list[int]], most: int, batch: int, stops: list[int]) -> list[list[int]]:
        coded = [encode(np.array(prompt, "<i4")) for prompt in prompts]
        result = self.call("generate", prompts=coded, maxTokens=most, batch=batch, stopTokens=stops)
        return [np.frombuffer(base64.b64decode(text), "<i4").tolist() for text in result["answers"]]

    def close(self) -> None:
        if self.process.poll() is None:
            self.call("close")
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self.process.terminate()
            print(self.process.stderr.read())
        self.close()


def encode(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def pack(rows: list[list[list[int]]], length: int, scale: float = 1.0) -> dict[str, Any]:
    """A batch of rows of examples; of an example each token but the first is learnt, but for the second one."""
    shape = (len(rows), length)
    ids = {name: np.zeros(shape, "<i4") for name in ("tokens", "targets", "positions")}
    examples, weights = np.full(shape, -1, "<i4"), np.zeros(shape, "<f4")
    count = 0
    for row, members in enumerate(rows):
        at = 0
        for tokens in members:
            span = slice(at, at + len(tokens) - 1)
            ids["tokens"][row, span], ids["targets"][row, span] = tokens[:-1], tokens[1:]
            ids["positions"][row, span] = np.arange(len(tokens) - 1)
            examples[row, span] = count
            weights[row, at + 1 : span.stop] = scale * (1 + count % 3)
            at, count = span.stop, count + 1
    coded = {name: encode(array) for name, array in {**ids, "examples": examples, "weights": weights}.items()}
    return {"rows": len(rows), "length": length, "exampleCount": count, **coded}
