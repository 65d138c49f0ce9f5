"""`python -m pit_learner`, one process of those that torchrun starts."""

import gc
import os
import sys

# What is imported stays: to look for garbage in it, now and later, costs seconds.
gc.disable()

from pit_learner.protocol import Channel  # noqa: E402

# Before all else is imported, so that nothing writes between the lines of the protocol.
channel = Channel(int(os.environ.get("RANK", "0")))

from torch.distributed.elastic.multiprocessing.errors import record  # noqa: E402

from pit_learner.serve import serve  # noqa: E402

gc.freeze()
gc.enable()
record(serve)(channel)
# All is said and saved; to take the interpreter apart costs seconds, too.
sys.stdout.flush()
os._exit(0)
