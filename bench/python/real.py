"""transformers' side of the comparison on a real model, driven by JSON lines. README.md describes plan and lines."""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa")


def without_end(model):
    """No token ends an answer early."""
    model.generation_config.eos_token_id = None
    return model


def make_optimizer(model, plan):
    matrices = [weight for weight in model.parameters() if weight.dim() > 1]
    others = [weight for weight in model.parameters() if weight.dim() < 2]
    groups = [{"params": matrices, "weight_decay": plan["weightDecay"]}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=0.0, betas=(plan["beta1"], plan["beta2"]), eps=plan["epsilon"], fused=True)


def collate(examples):
    """Pads to the longest on the right; loss weights are divided so that each example counts the same."""
    tokens = [torch.tensor(example["tokens"]) for example in examples]
    weights = [torch.tensor(example["weights"]) for example in examples]
    shares = [weight / weight.sum() / len(examples) for weight in weights]
    mask = pad_sequence([torch.ones(len(row) - 1, dtype=torch.long) for row in tokens], batch_first=True)
    inputs = pad_sequence([row[:-1] for row in tokens], batch_first=True)
    targets = pad_sequence([row[1:] for row in tokens], batch_first=True)
    return inputs, mask, targets, pad_sequence(shares, batch_first=True)


def step(model, optimizer, examples, rate, clip):
    inputs, mask, targets, shares = collate(examples)
    optimizer.zero_grad(set_to_none=True)
    logits = model(input_ids=inputs, attention_mask=mask, use_cache=False).logits
    losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    loss = (losses * shares.flatten()).sum()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    return loss.item()


class Side:
    """Answers requests one after the other; the model is loaded for the first."""

    def __init__(self, plan):
        self.plan = plan
        self.model = without_end(load(plan["model"]))
        self.optimizer = None

    def train(self, stage):
        self.model.train()
        settings = self.plan["optimizer"]
        self.optimizer = self.optimizer or make_optimizer(self.model, settings)
        rate, steps = self.plan["stages"][stage]["rate"], self.plan["stages"][stage]["steps"]
        start = time.perf_counter()
        losses = [step(self.model, self.optimizer, examples, rate, settings["clip"]) for examples in steps]
        return {"seconds": time.perf_counter() - start, "losses": losses}

    def generate(self, batch):
        self.model.eval()
        prompts = self.plan["prompts"] if batch > 1 else self.plan["prompts"][:4]
        start = time.perf_counter()
        answers = [row for at in range(0, len(prompts), batch) for row in self.answer(prompts[at : at + batch])]
        return {"seconds": time.perf_counter() - start, "answers": answers}

    def answer(self, prompts):
        """Greedy continuations in a left-padded batch."""
        count = self.plan["maxTokens"]
        greedy = GenerationConfig(max_new_tokens=count, do_sample=False, use_cache=True, pad_token_id=0)
        ids = [torch.tensor(prompt) for prompt in prompts]
        padded = pad_sequence(ids, batch_first=True, padding_side="left")
        mask = pad_sequence([torch.ones_like(row) for row in ids], batch_first=True, padding_side="left")
        with torch.inference_mode():
            rows = self.model.generate(input_ids=padded, attention_mask=mask, generation_config=greedy)
        return rows[:, padded.shape[1] :].tolist()

    def peak(self, _):
        return {"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def serve(plan):
    side = Side(plan)
    for line in sys.stdin:
        (name, argument), *_ = json.loads(line).items()
        print(json.dumps(getattr(side, name)(argument)), flush=True)


def ask(folder, question, count):
    """From nothing to a first answer, as a person would."""
    model, tokenizer = load(folder), AutoTokenizer.from_pretrained(folder)
    inputs = tokenizer(f"{tokenizer.bos_token}Question: {question} Answer:", return_tensors="pt")
    output = model.generate(**inputs, max_new_tokens=count, do_sample=False)
    print(tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--ask", action="store_true", help="load, answer the plan's question and end")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    plan = json.loads(args.plan.read_text())
    if args.ask:
        ask(plan["model"], plan["question"], plan["maxTokens"])
    else:
        serve(plan)


if __name__ == "__main__":
    main()
