"""Times one training step of a Llama-style model in eager PyTorch. README.md describes arguments and output."""

import argparse
import json
import statistics
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.kv_heads, self.size = c["heads"], c["kvHeads"], c["headSize"]
        self.qkv = nn.Linear(c["hiddenSize"], (self.heads + 2 * self.kv_heads) * self.size, bias=False)
        self.out = nn.Linear(self.heads * self.size, c["hiddenSize"], bias=False)

    def forward(self, x, cos, sin):
        rows, length, _ = x.shape
        parts = self.qkv(x).view(rows, length, -1, self.size).transpose(1, 2)
        q, k, v = parts.split([self.heads, self.kv_heads, self.kv_heads], dim=1)
        grouped = self.heads != self.kv_heads
        y = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True, enable_gqa=grouped)
        return self.out(y.transpose(1, 2).reshape(rows, length, -1))


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        hidden, inner, epsilon = c["hiddenSize"], c["intermediateSize"], c["normEpsilon"]
        self.attention_norm = nn.RMSNorm(hidden, eps=epsilon)
        self.attention = Attention(c)
        self.mlp_norm = nn.RMSNorm(hidden, eps=epsilon)
        self.gate_up = nn.Linear(hidden, 2 * inner, bias=False)
        self.down = nn.Linear(inner, hidden, bias=False)

    def forward(self, x, cos, sin):
        x = x + self.attention(self.attention_norm(x), cos, sin)
        gate, up = self.gate_up(self.mlp_norm(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)


class Decoder(nn.Module):
    def __init__(self, c, length):
        super().__init__()
        self.embedding = nn.Embedding(c["vocabSize"], c["hiddenSize"])
        self.blocks = nn.ModuleList(Block(c) for _ in range(c["layers"]))
        self.norm = nn.RMSNorm(c["hiddenSize"], eps=c["normEpsilon"])
        self.head = nn.Linear(c["hiddenSize"], c["vocabSize"], bias=False)
        for weight in self.parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.02)
        if c["tiedEmbeddings"]:
            self.head.weight = self.embedding.weight
        frequencies = c["ropeTheta"] ** (-torch.arange(0, c["headSize"], 2) / c["headSize"])
        angles = torch.outer(torch.arange(length), frequencies).repeat(1, 2)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def forward(self, tokens, targets):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, self.cos, self.sin)
        return F.cross_entropy(self.head(self.norm(x)).flatten(0, 1), targets.flatten())


def flops_per_step(c, rows, length):
    attention = c["hiddenSize"] * c["headSize"] * 2 * (c["heads"] + c["kvHeads"])
    layer = attention + 3 * c["hiddenSize"] * c["intermediateSize"]
    products = 6 * (c["layers"] * layer + c["vocabSize"] * c["hiddenSize"])
    scores = 12 * length * c["heads"] * c["headSize"] * c["layers"]
    return rows * length * (products + scores)


def make_optimizer(model):
    matrices = [weight for weight in model.parameters() if weight.dim() == 2]
    norms = [weight for weight in model.parameters() if weight.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": norms, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), fused=True)


def time_steps(model, tokens, targets, warmup, steps):
    optimizer = make_optimizer(model)
    seconds = []
    for _ in range(warmup + steps):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = model(tokens, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        value = loss.item()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[warmup:]), value


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset-json", required=True, help="a ModelConfig as JSON, or a file that holds one")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--length", type=int, required=True)
    parser.add_argument("--vocab", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=3)
    return parser.parse_args()


def main():
    args = arguments()
    text = args.preset_json
    config = json.loads(text if text.lstrip().startswith("{") else Path(text).read_text())
    if args.vocab:
        config["vocabSize"] = args.vocab
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    shape = (args.rows, args.length)
    tokens, targets = (torch.randint(config["vocabSize"], shape) for _ in range(2))
    seconds, loss = time_steps(Decoder(config, args.length), tokens, targets, args.warmup, args.steps)
    flops = flops_per_step(config, *shape)
    result = {
        "tokensPerSecond": tokens.numel() / seconds,
        "flopsPerSecond": flops / seconds,
        "stepMs": 1000 * seconds,
        "flopsPerStep": flops,
        "loss": loss,
        "torch": torch.__version__,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
