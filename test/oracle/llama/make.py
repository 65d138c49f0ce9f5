"""Makes the checkpoints and golden numbers in test/fixtures/model/llama-* with PyTorch and transformers.

Everything is float32 on the CPU and follows from fixed seeds. README.md describes golden.json.
Usage: python make.py [FOLDER]   (default: test/fixtures/model)
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

PAD, BOS, EOS = 0, 1, 2
VOCABULARY = 96
RATES = [3e-3 * (0.1 + 0.9 * 0.5 * (1 + torch.cos(torch.tensor(step * torch.pi / 20)).item())) for step in range(20)]

MODELS = {
    # Tied embeddings, as many key/value heads as query heads.
    "llama-tied": dict(
        hidden_size=32,
        intermediate_size=56,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        tie_word_embeddings=True,
        rms_norm_eps=1e-5,
    ),
    # Untied output matrix, two query heads to a key/value head, heads wider than hidden_size / heads.
    "llama-grouped": dict(
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=10,
        tie_word_embeddings=False,
        rms_norm_eps=1e-6,
        rope_theta=500.0,
    ),
}


def make_model(options, seed):
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        max_position_embeddings=64,
        bos_token_id=BOS,
        eos_token_id=EOS,
        pad_token_id=PAD,
        attn_implementation="eager",
        **options,
    )
    model = LlamaForCausalLM(config)
    # Large, uneven weights: errors of position, scale or grouping must show in the numbers.
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 1:
                weight.copy_(1 + 0.3 * torch.randn_like(weight))
            else:
                weight.copy_((0.15 if "embed" in name else 0.3) * torch.randn_like(weight))
        # A likelier end token, so that some continuations end early.
        model.lm_head.weight[EOS] *= 3
    return model.eval()


def make_examples(seed):
    """Sequences of differing length with loss weights, one a predicted token; some weights are 0."""
    generator = torch.Generator().manual_seed(seed)
    examples = []
    for length in (9, 4, 17, 2, 12):
        tokens = [BOS] + torch.randint(3, VOCABULARY, (length - 1,), generator=generator).tolist()
        weights = torch.rand(length - 1, generator=generator)
        weights = torch.where(torch.rand(length - 1, generator=generator) < 0.4, 0.0, weights)
        weights[-1] = 0.5
        weights = weights / weights.sum() / 5
        examples.append({"tokens": tokens, "weights": weights.tolist()})
    return examples


def token_losses(model, tokens):
    """Negative log-likelihood of tokens[1:], nats."""
    ids = torch.tensor([tokens])
    logits = model(ids).logits[0, :-1]
    return F.cross_entropy(logits, ids[0, 1:], reduction="none")


def weighted_loss(model, examples):
    """Sum over examples, each computed alone, of weight times negative log-likelihood."""
    return sum((token_losses(model, e["tokens"]) * torch.tensor(e["weights"])).sum() for e in examples)


def gradients(model, examples):
    model.zero_grad()
    loss = weighted_loss(model, examples)
    loss.backward()
    measured = measures({name: weight.grad for name, weight in model.named_parameters()})
    total = torch.stack([weight.grad.norm() for weight in model.parameters()]).norm().item()
    model.zero_grad()
    return {"loss": loss.item(), "globalNorm": total, **measured}


def measures(tensors):
    """L2 norm and first six numbers of each tensor."""
    return {
        "norms": {name: tensor.norm().item() for name, tensor in tensors.items()},
        "heads": {name: tensor.flatten()[:6].tolist() for name, tensor in tensors.items()},
    }


def train(model, batches, clip):
    """Steps of AdamW; decay on matrices, embeddings among them, and not on norms."""
    matrices = [weight for weight in model.parameters() if weight.dim() == 2]
    norms = [weight for weight in model.parameters() if weight.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": norms, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.95), eps=1e-8, foreach=False)
    steps = []
    for step, rate in enumerate(RATES):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = weighted_loss(model, batches[step % len(batches)])
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        steps.append({"rate": rate, "loss": loss.item(), "gradientNorm": norm.item()})
    final = measures({name: weight.detach() for name, weight in model.named_parameters()})
    return {
        "beta1": 0.9,
        "beta2": 0.95,
        "epsilon": 1e-8,
        "weightDecay": 0.1,
        "clip": clip,
        "batches": batches,
        "steps": steps,
        "final": final,
    }


def generate(model, prompts, max_tokens):
    """Greedy continuations: each prompt alone, and all of them as one left-padded batch. The end token is left out."""
    settings = GenerationConfig(max_new_tokens=max_tokens, do_sample=False, bos_token_id=BOS, eos_token_id=EOS, pad_token_id=PAD)
    alone = [continue_batch(model, [prompt], settings)[0] for prompt in prompts]
    batched = continue_batch(model, prompts, settings)
    assert alone == batched, "a batch must not change a token"
    margin = min(smallest_margin(model, p, c) for p, c in zip(prompts, alone))
    assert margin > 1e-3, f"a choice is too close to call: {margin}"
    return {"maxTokens": max_tokens, "stopToken": EOS, "prompts": prompts, "continuations": alone, "smallestMargin": margin}


def smallest_margin(model, prompt, continuation):
    """How far, in logits, the chosen tokens lead the second best."""
    with torch.no_grad():
        logits = model(torch.tensor([prompt + continuation])).logits[0, len(prompt) - 1 :]
    best, second = logits[: max(1, len(continuation))].topk(2).values.unbind(-1)
    return (best - second).min().item()


def continue_batch(model, prompts, settings):
    width = max(map(len, prompts))
    ids = torch.tensor([[PAD] * (width - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
    with torch.no_grad():
        output = model.generate(input_ids=ids, attention_mask=mask, generation_config=settings)[:, width:].tolist()
    return [row[: row.index(EOS)] if EOS in row else row for row in output]


def make_prompts(seed, count=24):
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 14, (count,), generator=generator).tolist()
    return [[BOS] + torch.randint(3, VOCABULARY, (n,), generator=generator).tolist() for n in lengths]


def rounded(value):
    """Numbers to 9 digits, enough to give every float32 back."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return {key: rounded(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def make(folder, options, seed):
    model = make_model(options, seed)
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    examples = make_examples(seed + 1)
    with torch.no_grad():
        scores = [
            {
                "tokens": e["tokens"],
                "losses": token_losses(model, e["tokens"]).tolist(),
                "lastLogits": model(torch.tensor([e["tokens"]])).logits[0, -1].tolist(),
            }
            for e in examples
        ]
    golden = {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "scores": scores,
        "gradients": {"examples": examples, **gradients(model, examples)},
        "generation": generate(model, make_prompts(seed + 2), 16),
        "training": train(model, [make_examples(seed + 3 + i) for i in range(2)], 1.0),
    }
    (folder / "golden.json").write_text(json.dumps(rounded(golden)) + "\n")


def main():
    torch.set_num_threads(1)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "fixtures" / "model"
    for seed, (name, options) in enumerate(MODELS.items()):
        folder = target / name
        folder.mkdir(parents=True, exist_ok=True)
        make(folder, options, 100 * (seed + 1))


if __name__ == "__main__":
    main()
