"""Makes adapters of tiny checkpoints with peft, and golden numbers of them, in test/fixtures/model/.

The bases are those of the families. golden.json is described in ../families/README.md; its gradients and training are
those of the adapter's weights. `merged` holds norms and first numbers of the base's weights with the adapter taken in.
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

# The base, which of its projections are adapted, and the seed.
ADAPTERS = {
    "lora": ("llama-grouped", ["q_proj", "v_proj", "down_proj"], 4200),
    # Queries, keys and values in one matrix, which is stored with its inputs first. Two projections have one name.
    "lora-gpt2": ("gpt2", ["c_attn", "c_proj"], 4300),
    # Queries, keys and values in one matrix, head by head; half of each head rotated.
    "lora-gpt-neox": ("gpt-neox", ["dense_4h_to_h", "dense_h_to_4h", "query_key_value"], 4400),
}


def make_model(base, targets, seed):
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(FIXTURES / base, attn_implementation="eager")
    config = peft.LoraConfig(r=3, lora_alpha=6, lora_dropout=0.0, target_modules=targets, task_type="CAUSAL_LM")
    model = peft.get_peft_model(model, config)
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


def merged(folder):
    base = AutoModelForCausalLM.from_pretrained(folder / json.loads(config_of(folder).read_text())["base_model_name_or_path"])
    model = peft.PeftModel.from_pretrained(base, folder).merge_and_unload()
    return families.measures(model, {name: weight.detach() for name, weight in model.named_parameters()})


def config_of(folder):
    return folder / "adapter_config.json"


def write(model, folder, base):
    model.save_pretrained(folder)
    config = json.loads(config_of(folder).read_text())
    config["base_model_name_or_path"] = f"../{base}"
    config["target_modules"] = sorted(config["target_modules"])
    config_of(folder).write_text(json.dumps(config, indent=2) + "\n")
    (folder / "adapter_model.safetensors").chmod(0o644)
    (folder / "README.md").unlink(missing_ok=True)


def main():
    torch.set_num_threads(1)
    for name, (base, targets, seed) in ADAPTERS.items():
        folder = FIXTURES / name
        model = make_model(base, targets, seed)
        write(model, folder, base)
        golden = {"peft": peft.__version__, "merged": merged(folder), **families.compute(Adapted(model), seed)}
        (folder / "golden.json").write_text(json.dumps(families.rounded(golden)) + "\n")


if __name__ == "__main__":
    main()
