"""Makes test/fixtures/model/tokenizer with the Rust library `tokenizers`: small tokenizers and the ids they give.

`split` is trained as src/model/bpe.ts trains; `builtin` cuts by the ByteLevel step's built-in rule and has a token that
is added but not special; `metaspace` is built as Llama 2's is (normaliser, byte fallback, no pre-tokenizer).
golden.json holds, by tokenizer, the ids of every text in corpus.json's `nasty` list with special tokens read as text.

Those in families.py are built step by step as the published ones of each family; families.json holds the same for them,
of the texts in `nasty` and then those in `published`.
Usage: python make.py [FOLDER]   (default: test/fixtures/model/tokenizer)
"""

import json
import sys
from pathlib import Path

from families import FAMILIES
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SPECIAL = ["<pad>", "<bos>", "<eos>"]
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def train(tokenizer, texts, size, alphabet):
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos> $B", special_tokens=[("<bos>", 1)]
    )
    return tokenizer


def split(texts):
    tokenizer = Tokenizer(models.BPE())
    cut = pre_tokenizers.Split(Regex(WORDS), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [cut, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, use_regex=False)
    return train(tokenizer, texts, 420, pre_tokenizers.ByteLevel.alphabet())


def builtin(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, texts, 300, pre_tokenizers.ByteLevel.alphabet())
    tokenizer.add_tokens([AddedToken("....", normalized=False)])
    return tokenizer


def metaspace(texts):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    # Words are cut for training only: Llama 2's merges never cross a blank, and its pre-tokenizer is none.
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    train(tokenizer, texts, 380, [])
    tokenizer.pre_tokenizer = None
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return with_byte_tokens(tokenizer)


def with_byte_tokens(tokenizer):
    """Puts <unk> and the 256 byte tokens behind the trained vocabulary."""
    description = json.loads(tokenizer.to_str())
    vocabulary = description["model"]["vocab"]
    for name in ["<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)]:
        vocabulary[name] = len(vocabulary)
    unknown = {**description["added_tokens"][0], "id": vocabulary["<unk>"], "content": "<unk>"}
    description["added_tokens"].append(unknown)
    return Tokenizer.from_str(json.dumps(description))


def encode_plainly(tokenizer, text):
    tokenizer.encode_special_tokens = True
    return tokenizer.encode(text, add_special_tokens=False).ids


def save(tokenizer, config, folder):
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


def golden(tokenizer, texts):
    ids = [encode_plainly(tokenizer, text) for text in texts]
    return {"ids": ids, "texts": [tokenizer.decode(row) for row in ids]}


def main():
    corpus = json.loads((Path(__file__).parent / "corpus.json").read_text())
    fixtures = Path(__file__).parents[2] / "fixtures" / "model" / "tokenizer"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else fixtures
    results = {}
    for make in (split, builtin, metaspace):
        tokenizer = make(corpus["training"])
        save(tokenizer, {"pad_token": "<pad>", "bos_token": "<bos>", "eos_token": "<eos>"}, target / make.__name__)
        results[make.__name__] = golden(tokenizer, corpus["nasty"])
    (target / "golden.json").write_text(json.dumps(results) + "\n")
    results = {}
    for name, make in FAMILIES.items():
        tokenizer, config = make(corpus["training"])
        save(tokenizer, config, target / name)
        results[name] = golden(tokenizer, corpus["nasty"] + corpus["published"])
    (target / "families.json").write_text(json.dumps(results) + "\n")


if __name__ == "__main__":
    main()
