"""Runs an experiment with transformers' Trainer and generate. README.md describes the plan and the output."""

import argparse
import json
import tempfile
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM, GenerationConfig, Trainer, TrainingArguments

IGNORED = -100


class ExampleTrainer(Trainer):
    """Weighs every example the same, however many labels it has."""

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        labels = inputs.pop("labels")[:, 1:]
        outputs = model(**inputs)
        losses = F.cross_entropy(outputs.logits[:, :-1].transpose(1, 2), labels, ignore_index=IGNORED, reduction="none")
        loss = (losses.sum(1) / (labels != IGNORED).sum(1)).mean()
        return (loss, outputs) if return_outputs else loss


def read_lines(file):
    with open(file) as lines:
        return [json.loads(line) for line in lines]


def make_collator(pad, counts):
    """Pads a batch to its longest example on the right, and counts tokens and padding."""

    def collate(examples):
        ids = [torch.tensor(example["input_ids"]) for example in examples]
        labels = [torch.tensor(example["labels"]) for example in examples]
        mask = pad_sequence([torch.ones_like(row) for row in ids], batch_first=True)
        counts["tokens"] += int(mask.sum())
        counts["places"] += mask.numel()
        return {
            "input_ids": pad_sequence(ids, batch_first=True, padding_value=pad),
            "attention_mask": mask,
            "labels": pad_sequence(labels, batch_first=True, padding_value=IGNORED),
        }

    return collate


def settings(plan, phase, folder):
    optimizer = plan["optimizer"]
    return TrainingArguments(
        output_dir=folder,
        num_train_epochs=phase["epochs"],
        per_device_train_batch_size=phase["batch"],
        learning_rate=phase["rate"],
        lr_scheduler_type="cosine_with_min_lr",
        lr_scheduler_kwargs={"min_lr_rate": plan["finalRate"]},
        optim="adamw_torch_fused",
        adam_beta1=optimizer["beta1"],
        adam_beta2=optimizer["beta2"],
        adam_epsilon=optimizer["epsilon"],
        weight_decay=optimizer["weightDecay"],
        max_grad_norm=optimizer["clip"],
        seed=plan["seed"],
        use_cpu=True,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
    )


def train(model, examples, plan, phase, counts):
    """Seconds and mean loss of a phase."""
    with tempfile.TemporaryDirectory() as folder:
        trainer = ExampleTrainer(
            model=model,
            args=settings(plan, phase, folder),
            train_dataset=examples,
            data_collator=make_collator(model.config.pad_token_id, counts),
        )
        start = time.perf_counter()
        result = trainer.train()
        return time.perf_counter() - start, result.training_loss


def answer(model, prompts, plan):
    """Greedy continuations in left-padded batches, without the end token."""
    model.eval()
    config = model.config
    greedy = GenerationConfig(
        max_new_tokens=plan["maxTokens"],
        do_sample=False,
        bos_token_id=config.bos_token_id,
        eos_token_id=config.eos_token_id,
        pad_token_id=config.pad_token_id,
    )
    size = plan["evaluationBatch"]
    outputs = []
    for start in range(0, len(prompts), size):
        outputs += answer_batch(model, [prompt["input_ids"] for prompt in prompts[start : start + size]], greedy)
    return outputs


def answer_batch(model, prompts, greedy):
    width = max(map(len, prompts))
    ids = torch.tensor([[greedy.pad_token_id] * (width - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    with torch.no_grad():
        rows = model.generate(input_ids=ids, attention_mask=mask, generation_config=greedy)[:, width:].tolist()
    end = greedy.eos_token_id
    return [row[: row.index(end)] if end in row else row for row in rows]


def run(plan, folder):
    torch.manual_seed(plan["seed"])
    model = AutoModelForCausalLM.from_pretrained(folder / plan["model"], dtype=torch.float32)
    counts = {"tokens": 0, "places": 0}
    phases, outputs = [], []
    for phase in plan["phases"]:
        seconds, loss = train(model, read_lines(folder / phase["examples"]), plan, phase, counts)
        prompts = read_lines(folder / phase["prompts"]) if "prompts" in phase else []
        start = time.perf_counter()
        outputs = answer(model, prompts, plan)
        phases.append({"trainingSeconds": seconds, "evaluationSeconds": time.perf_counter() - start, "loss": loss})
    return phases, counts, outputs


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--predictions", type=Path)
    return parser.parse_args()


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    phases, counts, outputs = run(json.loads(args.plan.read_text()), args.plan.parent)
    if args.predictions:
        args.predictions.write_text("".join(json.dumps({"output_ids": row}) + "\n" for row in outputs))
    training = sum(phase["trainingSeconds"] for phase in phases)
    result = {
        "trainingSeconds": training,
        "evaluationSeconds": sum(phase["evaluationSeconds"] for phase in phases),
        "tokensPerSecond": counts["tokens"] / training,
        "paddingShare": 1 - counts["tokens"] / counts["places"],
        "phases": phases,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
