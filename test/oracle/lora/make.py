"""Makes an adapter of a tiny checkpoint with peft, and golden numbers of it, in test/fixtures/model/lora.

The base is test/fixtures/model/llama-grouped. golden.json is described in ../families/README.md; its gradients and
training are those of the adapter's weights.
Usage: python make.py
"""

import json
import sys
from pathlib import Path

import peft
import torch
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "oracle" / "families"))
import make as families  # noqa: E402

FIXTURES = ROOT / "fixtures" / "model"
SEED = 4200


def make_model():
    torch.manual_seed(SEED)
    base = AutoModelForCausalLM.from_pretrained(FIXTURES / "llama-grouped", attn_implementation="eager")
    config = peft.LoraConfig(
        r=3, lora_alpha=6, lora_dropout=0.0, target_modules=["q_proj", "v_proj", "down_proj"], task_type="CAUSAL_LM"
    )
    model = peft.get_peft_model(base, config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_" in name:
                weight.copy_(0.3 * torch.randn_like(weight))
    return model.eval()


class Adapted:
    """What the functions of the families ask of a model, with the adapter's weights for all of its weights."""

    def __init__(self, model):
        self.model = model
        self.config = model.config
        self.generation_config = model.generation_config

    def __call__(self, ids):
        return self.model(input_ids=ids)

    def generate(self, **options):
        return self.model.generate(**options)

    def named_parameters(self):
        return [(n.replace(".default.", "."), w) for n, w in self.model.named_parameters() if w.requires_grad]

    def parameters(self):
        return [weight for _, weight in self.named_parameters()]

    def zero_grad(self):
        self.model.zero_grad()


def main():
    torch.set_num_threads(1)
    model = make_model()
    folder = FIXTURES / "lora"
    model.save_pretrained(folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = "../llama-grouped"
    config["target_modules"] = sorted(config["target_modules"])
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "README.md").unlink(missing_ok=True)
    adapted = Adapted(model)
    golden = {"peft": peft.__version__, **families.compute(adapted, SEED)}
    (folder / "golden.json").write_text(json.dumps(families.rounded(golden)) + "\n")


if __name__ == "__main__":
    main()
