"""Makes test/fixtures/model/gguf: tiny GGUF files, and what the reference libraries read from them.

blocks.json   by type, random blocks and the numbers that `gguf.quants.dequantize` makes of them (both base64, the
              numbers as little-endian float32)
NAME.gguf     models written with `gguf`, whose q and k rows are reordered as llama.cpp's converter does for "llama"
models.json   by NAME, the SHA-256 of every tensor (float32) that `transformers` loads from the file, and its config
byte-level.gguf, sentencepiece.gguf   tokenizers without a model
tokens.json   ids of every text in ../tokenizer/corpus.json's `nasty` list with special tokens read as text: by name of
              `tokenizer.ggml.pre` from the Rust library `tokenizers`, and from `sentencepiece` itself
Usage: python make.py [FOLDER]   (default: test/fixtures/model/gguf)
"""

import base64
import hashlib
import io
import json
import math
import sys
from pathlib import Path

import gguf
import numpy as np
import sentencepiece
import torch
from gguf import GGMLQuantizationType as Type
from gguf import GGUFWriter
from gguf.quants import dequantize, quantize
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
CORPUS = json.loads((HERE.parent / "tokenizer" / "corpus.json").read_text())
TYPES = [Type.F32, Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q4_K, Type.Q6_K]
# Where the half-precision scales of a block stand.
SCALES = {Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q4_K: [0, 2], Type.Q6_K: [208]}
random = np.random.default_rng(5)


def random_blocks(kind, count, spread=1.0):
    """Every bit is random, but scales are numbers that occur: of either sign, subnormal, and zero."""
    size = gguf.GGML_QUANT_SIZES[kind][1]
    blocks = random.integers(0, 256, (count, size), dtype=np.uint8)
    for at in SCALES.get(kind, []):
        scales = (random.standard_normal(count) * spread).astype(np.float16)
        blocks[:, at : at + 2] = scales.view(np.uint8).reshape(count, 2)
    return blocks


def blocks():
    golden = {}
    for kind in TYPES:
        block = gguf.GGML_QUANT_SIZES[kind][0]
        if block == 1:
            numbers = random.standard_normal(64).astype(np.float32)
            raw = quantize(numbers, kind).view(np.uint8)
        else:
            raw = random_blocks(kind, 3)
            raw[1, SCALES[kind][0] : SCALES[kind][0] + 2] = np.array([3e-7], np.float16).view(np.uint8)
            raw[2, SCALES[kind][0] : SCALES[kind][0] + 2] = 0
            raw = raw.ravel()
        numbers = dequantize(raw, kind).astype(np.float32)
        golden[kind.name] = {"bytes": text(raw.tobytes()), "numbers": text(numbers.tobytes())}
    return golden


def text(data):
    return base64.b64encode(data).decode()


def permuted(weights, heads):
    """As LlamaModel.permute in llama.cpp's convert_hf_to_gguf.py."""
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def write_model(path, architecture, types, *, layers=1, tied=False, key=None, scaling=None, inner=64):
    """A model with 4 heads of 8 (or `key`), 2 of keys and values, hidden size 32; `types` are taken in turn."""
    hidden, heads, kv, vocabulary = 32, 4, 2, 40
    size = key or hidden // heads
    writer = GGUFWriter(path, architecture)
    writer.add_context_length(64)
    writer.add_embedding_length(hidden)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(500000.0 if scaling else 10000.0)
    writer.add_vocab_size(vocabulary)
    if architecture == "llama":
        writer.add_rope_dimension_count(size)
    if key:
        writer.add_key_length(key)
        writer.add_value_length(key)
    tokenizer = ["<end>", "Ġ", "a", "Ġa", *letters()[: vocabulary - 4]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokenizer)
    writer.add_token_types([3] + [1] * (len(tokenizer) - 1))
    writer.add_token_merges(["Ġ a"])
    writer.add_eos_token_id(0)
    kinds = iter(types * 100)

    def matrix(name, *shape, heads=None):
        kind = next(kinds)
        if kind == Type.Q4_K or kind == Type.Q6_K:
            raw = random_blocks(kind, math.prod(shape) // 256, spread=1e-3).reshape(shape[0], -1)
            writer.add_tensor(name, raw, raw_dtype=kind)
            return
        weights = (random.standard_normal(shape) * 0.1).astype(np.float32)
        if heads and architecture == "llama":
            weights = permuted(weights, heads)
        writer.add_tensor(name, quantize(weights, kind), raw_dtype=kind)

    def vector(name, *shape):
        writer.add_tensor(name, (1 + random.standard_normal(shape) * 0.1).astype(np.float32))

    matrix("token_embd.weight", vocabulary, hidden)
    for layer in range(layers):
        block = f"blk.{layer}."
        vector(block + "attn_norm.weight", hidden)
        for name, count in (("q", heads), ("k", kv), ("v", kv)):
            matrix(f"{block}attn_{name}.weight", count * size, hidden, heads=count if name != "v" else None)
            if architecture == "qwen2":
                vector(f"{block}attn_{name}.bias", count * size)
        if architecture == "qwen3":
            vector(block + "attn_q_norm.weight", size)
            vector(block + "attn_k_norm.weight", size)
        matrix(block + "attn_output.weight", hidden, heads * size)
        vector(block + "ffn_norm.weight", hidden)
        matrix(block + "ffn_gate.weight", inner, hidden)
        matrix(block + "ffn_up.weight", inner, hidden)
        matrix(block + "ffn_down.weight", hidden, inner)
    vector("output_norm.weight", hidden)
    if not tied:
        matrix("output.weight", vocabulary, hidden)
    if scaling:
        writer.add_tensor("rope_freqs.weight", divisors(500000.0, size, scaling))
    finish(writer)


def divisors(base, size, factor):
    """As Llama3Model.generate_extra_tensors in llama.cpp's convert_hf_to_gguf.py."""
    low, high, length = 1.0, 4.0, 8192
    frequencies = 1.0 / (base ** (torch.arange(0, size, 2, dtype=torch.float32) / size))
    found = []
    for frequency in frequencies:
        wave = 2 * math.pi / frequency
        if wave < length / high:
            found.append(1)
        elif wave > length / low:
            found.append(factor)
        else:
            smooth = (length / wave - low) / (high - low)
            found.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(found, dtype=np.float32)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def letters():
    return sorted(pre_tokenizers.ByteLevel.alphabet())


def read_model(folder, name, **given):
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=f"{name}.gguf", dtype=torch.float32, **given)
    state = {key: value for key, value in model.state_dict().items() if key != "lm_head.weight" or not model.config.tie_word_embeddings}
    hashes = {key: hashlib.sha256(value.contiguous().numpy().tobytes()).hexdigest() for key, value in state.items()}
    fields = ["model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"]
    fields += ["num_key_value_heads", "max_position_embeddings", "tie_word_embeddings"]
    return {"config": {field: getattr(model.config, field) for field in fields}, "tensors": hashes}


def write_byte_level(path):
    """One vocabulary for all ways of cutting: trained without any, so that merges cross every border."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r".{1,12}"), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    trainer = trainers.BpeTrainer(vocab_size=700, special_tokens=["<end>", "<pad>"], initial_alphabet=letters(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS["training"] + CORPUS["nasty"], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    # Words that no merges lead to: only a tokenizer that takes words whole finds them.
    words = ["trailing", "Ġinside", "Ġindented", "Ġseparator"]
    missing = [word for word in words if word not in model["vocab"]]
    assert len(missing) > 1
    own = ["<tool>"]
    writer = GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens + missing + own)
    writer.add_token_types([3, 3] + [1] * (len(tokens) + len(missing) - 2) + [4])
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_eos_token_id(0)
    writer.add_pad_token_id(1)
    writer.add_add_bos_token(True)
    writer.add_chat_template("{{ messages }}")
    finish(writer)
    vocabulary = {token: id for id, token in enumerate(tokens + missing + own)}
    return vocabulary, [tuple(pair) for pair in model["merges"]]


GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|DIGITS| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def cuttings():
    """As the original tokenizers of these names have it; "default" as llama.cpp has it, which is Falcon's."""
    built_in = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    split = lambda pattern: pre_tokenizers.Split(Regex(pattern), "isolated")
    default = [r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", r"[0-9][0-9][0-9]"]
    return {
        "gpt-2": built_in,
        "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), built_in]),
        "llama-bpe": pre_tokenizers.Sequence([split(GPT4.replace("DIGITS", r"\p{N}{1,3}")), bytes_only]),
        "qwen2": pre_tokenizers.Sequence([split(GPT4.replace("DIGITS", r"\p{N}")), bytes_only]),
        "default": pre_tokenizers.Sequence([*map(split, default), bytes_only]),
    }


def byte_level_ids(vocabulary, merges):
    ids = {}
    for name, cut in cuttings().items():
        tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=name == "llama-bpe"))
        tokenizer.pre_tokenizer = cut
        tokenizer.normalizer = normalizers.NFC() if name == "qwen2" else None
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in ("<end>", "<pad>")])
        tokenizer.add_tokens([AddedToken("<tool>", normalized=False)])
        tokenizer.encode_special_tokens = True
        ids[name] = [tokenizer.encode(line, add_special_tokens=False).ids for line in texts()]
    return ids


def texts():
    return CORPUS["nasty"]


def write_sentencepiece(path):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for text in CORPUS["training"] for line in text.split("\n")),
        model_writer=model,
        model_type="bpe",
        vocab_size=560,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True,
        character_coverage=0.98,
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    kinds = [3 if processor.is_control(i) else 2 if processor.is_unknown(i) else 6 if processor.is_byte(i) else 1 for i in range(processor.vocab_size())]
    writer = GGUFWriter(path, "llama")
    writer.add_tokenizer_model("llama")
    writer.add_token_list([processor.id_to_piece(i) for i in range(processor.vocab_size())])
    writer.add_token_scores([processor.get_score(i) for i in range(processor.vocab_size())])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(processor.bos_id())
    writer.add_eos_token_id(processor.eos_id())
    writer.add_unk_token_id(processor.unk_id())
    finish(writer)
    return [processor.encode(line) for line in texts()]


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "fixtures" / "model" / "gguf"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "blocks.json", blocks())
    simple = [Type.Q4_1, Type.Q8_0, Type.Q5_1, Type.F16]
    write_model(folder / "llama.gguf", "llama", simple, layers=2, tied=True)
    write_model(folder / "llama-scaled.gguf", "llama", [Type.Q4_0], key=64, scaling=8.0, inner=32)
    write_model(folder / "qwen2.gguf", "qwen2", [Type.Q4_0, Type.Q5_0, Type.F32])
    write_model(folder / "qwen3.gguf", "qwen3", [Type.Q8_0, Type.Q8_0, Type.Q8_0, Type.Q8_0, Type.Q8_0, Type.Q4_0, Type.Q4_0, Type.Q4_K, Type.Q8_0], inner=256, key=16)
    # transformers does not read the size of a head from Qwen3's files.
    models_read = {"llama": {}, "qwen2": {}, "qwen3": {"head_dim": 16}}
    write(folder / "models.json", {name: read_model(folder, name, **given) for name, given in models_read.items()})
    ids = byte_level_ids(*write_byte_level(folder / "byte-level.gguf"))
    ids["sentencepiece"] = write_sentencepiece(folder / "sentencepiece.gguf")
    write(folder / "tokens.json", ids)


def write(path, value):
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")


main()
