import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import OPEN, PARTS, ROOT, WHOLE, Client, Failed, asked, floats, ints

STEP = {"call": "step", "batches": list(PARTS), "rate": 1e-2}
PROMPTS = [[1, 2, 3, 4, 5, 6, 7], [9], [11, 12, 13], [20, 21], [30, 31, 32]]


@pytest.mark.parametrize(
    ("family", "adapters"),
    [("llama", None), ("qwen3", None), ("gpt_neox", None), ("llama", "lora")],
)
def test_two_processes_are_as_good_as_one(opened, folders, tmp_path, family, adapters):
    one = opened(family, adapters)
    with Client(2, tmp_path / "log") as two:
        assert (two.hello["world"], two.hello["device"], len(two.hello["memory"])) == (2, "cpu", 2)
        own = {"adapters": str(folders[adapters])} if adapters else {}
        told = two.call({**OPEN, "model": str(folders[family]), **own})
        assert told["trained"] == sum(p.numel() for p in one._open[0].trained.values())
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
        two.process.stdin.close()
        assert two.process.wait() == 0


def resumed(one, two, tmp_path):
    """From 2 to 1 and from 1 to 2."""
    for name, side, other in (("two", two, one), ("one", one, two)):
        (tmp_path / name).mkdir()
        side.call({"call": "save", "folder": str(tmp_path / name), "optimizer": True})
        expected = [side.call(STEP)["loss"] for _ in range(3)]
        other.call({"call": "restore", "folder": str(tmp_path / name)})
        assert [other.call(STEP)["loss"] for _ in range(3)] == pytest.approx(expected, abs=1e-5)


def test_a_rank_that_is_killed_takes_the_others_down(folders, tmp_path):
    with Client(2, tmp_path / "log") as client:
        client.call({**OPEN, "model": str(folders["llama"])})
        ranks = client.ranks()
        os.kill(ranks[1], signal.SIGKILL)
        with pytest.raises((EOFError, Failed, BrokenPipeError)):
            client.call(STEP)
        assert client.process.wait() != 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in ranks)
    report = client.log.read_text()
    assert "Root Cause" in report
    assert "rank      : 1 (local_rank: 1)" in report
    assert "SIGKILL" in report


def test_refusals_leave_all_ranks_at_work(folders, tmp_path):
    with Client(2, tmp_path / "log") as client:
        with pytest.raises(Failed, match=r"config\.json is missing") as caught:
            client.call({**OPEN, "model": str(tmp_path)})
        assert caught.value.error["kind"] == "refused"
        client.call({**OPEN, "model": str(folders["gpt2"])})
        with pytest.raises(Failed, match="fills all 64 positions"):
            client.call(asked([[5] * 64], 4, 2, [2]))
        assert client.call(STEP)["loss"] > 0
        assert client.call({"call": "close"}) == {}
        assert client.process.wait() == 0


def test_memory_that_runs_out_is_told_and_ends_the_processes(folders, tmp_path):
    with Client(1, tmp_path / "log") as client:
        client.call({**OPEN, "model": str(folders["llama"]), "attention": "dense"})
        (pid,) = client.ranks()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
        limit = pages * os.sysconf("SC_PAGE_SIZE") + 64 * 2**20
        resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))
        big = {
            **WHOLE,
            **{
                n: WHOLE[n] * 4000
                for n in ("tokens", "targets", "positions", "examples", "weights")
            },
        }
        with pytest.raises(Failed) as caught:
            client.call({"call": "step", "batches": [{**big, "rows": 12000}], "rate": 1e-2})
        error = caught.value.error
        assert (error["kind"], error["rank"]) == ("memory", 0), error["detail"]
        assert 0 < error["memory"]["needed"] < error["memory"]["total"]
        assert client.process.wait() != 0


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
