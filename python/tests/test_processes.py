"""The protocol in real processes; how these fail is tested from the side of the trainer."""

import subprocess
import sys

import pytest
from support import OPEN, PARTS, ROOT, WHOLE, Client, Failed, asked, floats, ints

STEP = {"call": "step", "batches": list(PARTS), "rate": 1e-2}
PROMPTS = [[1, 2, 3, 4, 5, 6, 7], [9], [11, 12, 13], [20, 21], [30, 31, 32]]


def test_two_processes_are_as_good_as_one(opened, folders, tmp_path):
    one = opened("qwen3")
    with Client(2, tmp_path / "log") as two:
        assert (two.hello["world"], two.hello["device"], len(two.hello["memory"])) == (2, "cpu", 2)
        with pytest.raises(Failed, match=r"config\.json is missing") as caught:
            two.call({**OPEN, "model": str(tmp_path)})
        assert caught.value.error["kind"] == "refused"
        told = two.call({**OPEN, "model": str(folders["qwen3"])})
        assert told["trained"] == sum(p.numel() for p in one._open[0].trained.values())
        with pytest.raises(Failed, match="fills all 64 positions"):
            two.call(asked([[5] * 64], 4, 2, [2]))
        for _ in range(20):
            results = [one.call(STEP), two.call(STEP)]
            assert results[1]["loss"] == pytest.approx(results[0]["loss"], abs=1e-5)
            assert results[1]["gradientNorm"] == pytest.approx(results[0]["gradientNorm"], rel=1e-4)
        for a, b in zip(*(result["losses"] for result in results), strict=True):
            assert floats(b) == pytest.approx(floats(a), abs=1e-4)
        scores = [side.call({"call": "score", "batch": WHOLE}) for side in (one, two)]
        assert scores[0]["hits"] == scores[1]["hits"]
        free = one.call(asked(PROMPTS, 10, 2, []))["answers"]
        some = asked(PROMPTS, 10, 2, [ints(free[0])[2]])
        answers = [side.call(some)["answers"] for side in (one, two)]
        assert answers[0] == answers[1] != free
        resumed(one, two, tmp_path)
        assert two.call({"call": "close"}) == {}
        assert two.process.wait() == 0


def resumed(one, two, tmp_path):
    """From 2 to 1 and from 1 to 2."""
    for name, side, other in (("two", two, one), ("one", one, two)):
        (tmp_path / name).mkdir()
        side.call({"call": "save", "folder": str(tmp_path / name), "optimizer": True})
        expected = [side.call(STEP)["loss"] for _ in range(3)]
        other.call({"call": "restore", "folder": str(tmp_path / name)})
        assert [other.call(STEP)["loss"] for _ in range(3)] == pytest.approx(expected, abs=1e-5)


def test_nothing_but_the_protocol_is_written_to_standard_output():
    program = """
import os
from pit_learner.protocol import Channel
channel = Channel(0)
print("noise")
os.system("echo noise")
channel.beat("step", 1, 2)
print("noise", flush=True)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == '{"beat": {"doing": "step", "done": 1, "of": 2}}\n'
    assert ran.stderr.count("noise") == 3
