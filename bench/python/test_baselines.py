"""Runs the baselines on tiny inputs and checks what they print against numbers worked out by hand."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import step  # noqa: E402

CONFIG = {
    "vocabSize": 50,
    "hiddenSize": 24,
    "intermediateSize": 40,
    "layers": 2,
    "heads": 4,
    "kvHeads": 2,
    "headSize": 10,
    "ropeTheta": 500.0,
    "normEpsilon": 1e-5,
    "tiedEmbeddings": False,
}


def llama(tied=False):
    torch.manual_seed(1)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=50,
            hidden_size=24,
            intermediate_size=40,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=10,
            rope_theta=500.0,
            rms_norm_eps=1e-5,
            tie_word_embeddings=tied,
            pad_token_id=0,
        )
    )


def run(script, *arguments):
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(output.strip().splitlines()[-1])


class Step(unittest.TestCase):
    def test_prints_rates(self):
        shape = ["--rows", 2, "--length", 6, "--steps", 2, "--threads", 1]
        result = run("step.py", "--preset-json", json.dumps(CONFIG), *shape)
        # A token: 6 x (2 layers x (24 x 10 x 12 + 3 x 24 x 40) + 50 x 24) + 12 x 6 x 40 x 2
        self.assertEqual(result["flopsPerStep"], 12 * (6 * (2 * (2880 + 2880) + 1200) + 5760))
        self.assertAlmostEqual(result["stepMs"] * result["tokensPerSecond"], 12_000)
        self.assertAlmostEqual(result["flopsPerSecond"] / result["tokensPerSecond"] * 12 / result["flopsPerStep"], 1)

    def test_computes_what_transformers_computes(self):
        theirs, ours = llama(), step.Decoder(CONFIG, 7)
        with torch.no_grad():
            ours.embedding.weight.copy_(theirs.model.embed_tokens.weight)
            ours.head.weight.copy_(theirs.lm_head.weight)
            for block, layer in zip(ours.blocks, theirs.model.layers):
                attention = layer.self_attn
                parts = (attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight)
                block.attention.qkv.weight.copy_(torch.cat(parts))
                block.attention.out.weight.copy_(attention.o_proj.weight)
                block.gate_up.weight.copy_(torch.cat((layer.mlp.gate_proj.weight, layer.mlp.up_proj.weight)))
                block.down.weight.copy_(layer.mlp.down_proj.weight)
        ids = torch.randint(3, 50, (3, 8))
        loss = ours(ids[:, :-1], ids[:, 1:])
        self.assertAlmostEqual(loss.item(), theirs(ids, labels=ids).loss.item(), places=5)


class TrainerBaseline(unittest.TestCase):
    def test_learns_and_answers(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self.write_plan(folder)
            result = run("trainer_baseline.py", "--plan", folder / "plan.json", "--predictions", folder / "out.jsonl")
            outputs = [json.loads(line)["output_ids"] for line in (folder / "out.jsonl").read_text().splitlines()]
        self.assertEqual(outputs, [[20, 21], [30], [40, 41, 42]])
        self.assertLess(result["phases"][1]["loss"], result["phases"][0]["loss"])
        # Examples of 6, 5 and 8 tokens in one batch of width 8.
        self.assertAlmostEqual(result["paddingShare"], 1 - 19 / 24)
        self.assertGreater(result["evaluationSeconds"], 0)

    def write_plan(self, folder):
        llama(tied=True).save_pretrained(folder / "base")
        pairs = [([1, 10, 11], [20, 21]), ([1, 12, 13], [30]), ([1, 14, 15, 16], [40, 41, 42])]
        examples = [{"input_ids": q + a + [2], "labels": [-100] * len(q) + a + [2]} for q, a in pairs]
        write_lines(folder / "examples.jsonl", examples)
        write_lines(folder / "prompts.jsonl", [{"input_ids": q} for q, _ in pairs])
        phase = {"examples": "examples.jsonl", "rate": 1e-2, "batch": 3}
        plan = {
            "model": "base",
            "seed": 1,
            "phases": [{**phase, "epochs": 3}, {**phase, "epochs": 60, "prompts": "prompts.jsonl"}],
            "optimizer": {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1, "clip": 1.0},
            "finalRate": 0.1,
            "maxTokens": 8,
            "evaluationBatch": 2,
        }
        (folder / "plan.json").write_text(json.dumps(plan))


class Real(unittest.TestCase):
    def setUp(self):
        self.model = llama(tied=True).eval()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)
        self.model.save_pretrained(self.folder / "model")

    def test_pads_without_changing_a_loss(self):
        examples = [
            {"tokens": [1, 10, 11, 20, 2], "weights": [0, 0, 1, 1]},
            {"tokens": [1, 12, 13, 14, 15, 16, 17], "weights": [1, 1, 2, 1, 1, 1]},
        ]
        with torch.no_grad():
            expected = sum(self.loss_of(example) for example in examples) / 2
        trained, again, peak = self.ask([examples, examples], [{"train": 0}, {"train": 0}, {"peak": 0}])
        self.assertAlmostEqual(trained["losses"][0], expected.item(), places=5)
        self.assertLess(again["losses"][1], trained["losses"][0])
        self.assertGreater(peak["bytes"], 10_000_000)

    def loss_of(self, example):
        tokens, weights = torch.tensor(example["tokens"]), torch.tensor(example["weights"], dtype=torch.float32)
        logs = self.model(tokens[None, :-1]).logits[0].log_softmax(-1)
        return -(logs[torch.arange(len(weights)), tokens[1:]] * weights).sum() / weights.sum()

    def test_answers_in_a_batch_as_alone_and_to_the_last_token(self):
        alone, together = self.ask([], [{"generate": 1}, {"generate": 3}])
        self.assertEqual(alone["answers"], together["answers"])
        self.assertEqual(alone["answers"], [self.greedy(prompt) for prompt in self.prompts])

    prompts = [[1, 10, 11], [1, 12, 13, 14, 15], [1, 16]]

    def greedy(self, tokens, count=6):
        tokens = list(tokens)
        for _ in range(count):
            with torch.no_grad():
                tokens.append(self.model(torch.tensor([tokens])).logits[0, -1].argmax().item())
        return tokens[-count:]

    def ask(self, steps, requests):
        plan = {
            "model": str(self.folder / "model"),
            "stages": [{"rate": 1e-2, "steps": steps}],
            "optimizer": {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1, "clip": 1.0},
            "prompts": self.prompts,
            "maxTokens": 6,
        }
        (self.folder / "plan.json").write_text(json.dumps(plan))
        command = [sys.executable, str(HERE / "real.py"), "--plan", str(self.folder / "plan.json"), "--threads", "1"]
        lines = "".join(json.dumps(request) + "\n" for request in requests)
        output = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout
        return [json.loads(line) for line in output.splitlines()]


def write_lines(file, rows):
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    unittest.main()
