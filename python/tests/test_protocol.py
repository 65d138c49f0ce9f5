"""What the learner writes. How its processes compute and fail is tested by the trainer's tests."""

import subprocess
import sys

from support import ROOT


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
