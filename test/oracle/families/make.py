"""Makes tiny checkpoints of every family and golden numbers in test/fixtures/model/ with PyTorch and transformers.

Everything is float32 on the CPU and follows from fixed seeds. README.md describes golden.json.
Usage: python make.py [--to FOLDER] [NAME ...]   (default: test/fixtures/model, all of them)
"""

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig

PAD, BOS, EOS = 0, 1, 2
VOCABULARY = 96
RATES = [3e-3 * (0.1 + 0.9 * 0.5 * (1 + torch.cos(torch.tensor(step * torch.pi / 20)).item())) for step in range(20)]

MODELS = {
    # Tied embeddings, as many key/value heads as query heads.
    "llama-tied": dict(
        model_type="llama",
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
        model_type="llama",
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
    # Frequencies scaled as in Llama 3: some kept, some slowed, some between. Biases in attention.
    "llama-scaled": dict(
        model_type="llama",
        hidden_size=32,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        attention_bias=True,
        tie_word_embeddings=True,
        rope_parameters=dict(
            rope_type="llama3",
            rope_theta=300.0,
            factor=4.0,
            low_freq_factor=1.0,
            high_freq_factor=4.0,
            original_max_position_embeddings=16,
        ),
    ),
    # Frequencies slowed by one factor.
    "llama-linear": dict(
        model_type="llama",
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        rope_parameters=dict(rope_type="linear", rope_theta=100.0, factor=2.5),
    ),
    # A window as long as the sequences that it is used for; heads not hidden_size / heads.
    "mistral": dict(
        model_type="mistral",
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        sliding_window=40,
        tie_word_embeddings=False,
    ),
    # Biases of queries, keys and values.
    "qwen2": dict(
        model_type="qwen2",
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
    ),
    # A norm over each head of queries and keys.
    "qwen3": dict(
        model_type="qwen3",
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=10,
        tie_word_embeddings=False,
    ),
    # Norms behind attention and MLP, and over all queries and all keys.
    "olmo2": dict(
        model_type="olmo2",
        hidden_size=32,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=False,
    ),
    # Attention and MLP side by side, half of each head rotated.
    "gpt-neox": dict(
        model_type="gpt_neox",
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        rotary_pct=0.5,
        rotary_emb_base=300,
        use_parallel_residual=True,
        tie_word_embeddings=False,
    ),
    # One after the other, a quarter of each head rotated, the other activation.
    "gpt-neox-sequential": dict(
        model_type="gpt_neox",
        hidden_size=32,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=2,
        rotary_pct=0.25,
        hidden_act="gelu_new",
        use_parallel_residual=False,
        tie_word_embeddings=False,
    ),
    "gpt2": dict(model_type="gpt2", n_embd=32, n_inner=40, n_layer=2, n_head=4, n_positions=64),
    # Generation ends at any of several tokens: those of generation_config.json, not those of config.json.
    "llama-stops": dict(
        model_type="llama",
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        eos_token_id=[EOS, 62],
        stops=[84, EOS, 10],
    ),
    # Frequencies scaled by YaRN: one kept, one slowed in part, the others slowed; what is rotated is stretched.
    "qwen2-yarn": dict(
        model_type="qwen2",
        hidden_size=32,
        intermediate_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        rope_parameters=dict(
            rope_type="yarn",
            rope_theta=300.0,
            factor=4.0,
            original_max_position_embeddings=16,
        ),
    ),
}


def make_model(options, seed):
    torch.manual_seed(seed)
    usual = dict(vocab_size=VOCABULARY, bos_token_id=BOS, eos_token_id=EOS, pad_token_id=PAD)
    if options["model_type"] != "gpt2":
        usual["max_position_embeddings"] = 64
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(**(usual | options)), attn_implementation="eager")
    # Large, uneven weights: errors of position, scale or grouping must show in the numbers.
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("bias"):
                weight.copy_(0.3 * torch.randn_like(weight))
            elif weight.dim() == 1:
                weight.copy_(1 + 0.3 * torch.randn_like(weight))
            else:
                weight.copy_((0.15 if "embed" in name or "wte" in name else 0.3) * torch.randn_like(weight))
        # A likelier end token, so that some continuations end early.
        model.get_output_embeddings().weight[EOS] *= 3
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
    measured = measures(model, {name: weight.grad for name, weight in model.named_parameters()})
    total = torch.stack([weight.grad.norm() for weight in model.parameters()]).norm().item()
    model.zero_grad()
    return {"loss": loss.item(), "globalNorm": total, **measured}


def measures(model, tensors):
    """L2 norm and first six numbers of each tensor, by the names that checkpoints have."""
    if model.config.model_type == "gpt_neox":
        tensors = {name.replace("lm_head", "embed_out"): tensor for name, tensor in tensors.items()}
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
    final = measures(model, {name: weight.detach() for name, weight in model.named_parameters()})
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
    """Greedy continuations: each prompt alone, and all of them as one left-padded batch. What ended one is left out."""
    stops = torch.tensor(model.generation_config.eos_token_id).flatten().tolist()
    settings = GenerationConfig(max_new_tokens=max_tokens, do_sample=False, bos_token_id=BOS, eos_token_id=stops, pad_token_id=PAD)
    alone = [continue_batch(model, [prompt], settings)[0] for prompt in prompts]
    batched = continue_batch(model, prompts, settings)
    assert alone == batched, "a batch must not change a token"
    margins = [smallest_margin(model, p, c) for p, c in zip(prompts, alone)]
    # A choice that is too close to call would test rounding.
    clear = [i for i, margin in enumerate(margins) if margin > 1e-3]
    assert len(clear) > len(prompts) / 2
    prompts, alone, margin = [prompts[i] for i in clear], [alone[i] for i in clear], min(margins[i] for i in clear)
    return {"maxTokens": max_tokens, "stopTokens": stops, "prompts": prompts, "continuations": alone, "smallestMargin": margin}


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
    ends = [[i for i, token in enumerate(row) if token in settings.eos_token_id] for row in output]
    return [row[: end[0]] if end else row for row, end in zip(output, ends)]


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


def compute(model, seed):
    """All that golden.json holds. Trains the model at the end."""
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
    return {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "scores": scores,
        "gradients": {"examples": examples, **gradients(model, examples)},
        "generation": generate(model, make_prompts(seed + 2), 16),
        "training": train(model, [make_examples(seed + 3 + i) for i in range(2)], 1.0),
    }


def make(folder, options, seed):
    model = make_model({name: value for name, value in options.items() if name != "stops"}, seed)
    if "stops" in options:
        model.generation_config.eos_token_id = options["stops"]
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    (folder / "golden.json").write_text(json.dumps(rounded(compute(model, seed))) + "\n")


def main():
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", type=Path, default=Path(__file__).parents[2] / "fixtures" / "model")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    for seed, (name, options) in enumerate(MODELS.items()):
        if arguments.names and name not in arguments.names:
            continue
        folder = arguments.to / name
        folder.mkdir(parents=True, exist_ok=True)
        make(folder, options, 100 * (seed + 1))


if __name__ == "__main__":
    main()
