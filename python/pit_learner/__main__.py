"""`python -m pit_learner`, one process of those that torchrun starts."""

import os

from pit_learner.protocol import Channel

# Before anything else is imported, so that nothing writes between the lines of the protocol.
channel = Channel(int(os.environ.get("RANK", "0")))

from torch.distributed.elastic.multiprocessing.errors import record  # noqa: E402

from pit_learner.serve import serve  # noqa: E402

record(serve)(channel)
