"""Small tokenizers with the steps, in the order and with the options, of the published `tokenizer.json` of each family.

Each function gives a tokenizer and its `tokenizer_config.json`, which in the published ones often names no token that
begins a text, or none at all.
"""

import json

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

ALPHABET = pre_tokenizers.ByteLevel.alphabet()
GPT4 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def trained(tokenizer, texts, size, alphabet=ALPHABET, special=()):
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, special_tokens=list(special), initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def changed(tokenizer, change):
    """The tokenizer whose description `change` has altered."""
    description = json.loads(tokenizer.to_str())
    change(description)
    return Tokenizer.from_str(json.dumps(description))


def gpt2(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    trained(tokenizer, texts, 400)
    tokenizer.add_special_tokens(["<|endoftext|>"])
    return tokenizer, {"model_max_length": 1024}


def gpt_neox(texts):
    """Pythia: GPT-2's words after NFC, and runs of 2 to 24 blanks as added tokens that are not special."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trained(tokenizer, texts, 400, special=["<|endoftext|>", "<|padding|>"])
    tokenizer.add_tokens([AddedToken(" " * count, normalized=True) for count in range(24, 1, -1)])
    end = "<|endoftext|>"
    return tokenizer, {"bos_token": end, "eos_token": end, "unk_token": end}


def smollm2(texts):
    """Digits apart, then GPT-2's words; the dialogue's tokens begin and end a text."""
    tokenizer = Tokenizer(models.BPE())
    words = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), words])
    tokenizer.decoder = decoders.ByteLevel()
    trained(tokenizer, texts, 400, special=["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>"])
    return tokenizer, {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "pad_token": "<|im_end|>"}


def split_tokenizer(digits):
    cut = pre_tokenizers.Split(Regex(GPT4 % digits), "isolated")
    words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([cut, words])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def llama3(texts):
    """Words that are tokens are taken whole, whatever the merges say: some merges are missing, so that it matters."""

    def forget_merges(description):
        merges = description["model"]["merges"]
        description["model"]["merges"] = [merge for i, merge in enumerate(merges) if i % 5 > 0]
        description["model"]["ignore_merges"] = True

    tokenizer = changed(trained(split_tokenizer(r"\p{N}{1,3}"), texts, 450), forget_merges)
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"])
    begin = tokenizer.token_to_id("<|begin_of_text|>")
    template = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", pair=None, special_tokens=[("<|begin_of_text|>", begin)]
    )
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), template])
    return tokenizer, {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}


def qwen2(texts):
    """NFC before everything; no token begins a text; of the added tokens those for tools are not special."""
    tokenizer = split_tokenizer(r"\p{N}")
    tokenizer.normalizer = normalizers.NFC()
    trained(tokenizer, texts, 400)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in ("<tool_call>", "</tool_call>")])
    config = {"add_bos_token": False, "add_prefix_space": False, "bos_token": None}
    return tokenizer, {**config, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "unk_token": None}


def olmo2(texts):
    """As GPT-4's, with one token for beginning and end, and placeholders for personal data that are not special."""
    tokenizer = trained(split_tokenizer(r"\p{N}{1,3}"), texts, 400)
    tokenizer.add_tokens([AddedToken("|||EMAIL_ADDRESS|||", normalized=False)])
    tokenizer.add_special_tokens(["<|endoftext|>", "<|pad|>"])
    end = "<|endoftext|>"
    return tokenizer, {"bos_token": end, "eos_token": end, "pad_token": "<|pad|>", "unk_token": end}


def byte_fallback(texts, size):
    """SentencePiece's vocabulary: three control tokens, 256 bytes, then what was learnt; merges never cross a blank."""
    learner = Tokenizer(models.BPE())
    learner.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    learner.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    model = json.loads(trained(learner, texts, size, alphabet=[]).to_str())["model"]
    names = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    learnt = sorted(model["vocab"], key=model["vocab"].get)
    vocabulary = {name: i for i, name in enumerate(names + learnt)}
    merges = [tuple(merge) for merge in model["merges"]]
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.add_special_tokens(names[:3])
    return tokenizer


SENTENCEPIECE = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": None}


def llama2(texts):
    tokenizer = byte_fallback(texts, 350)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = blanks_again(decoders.Replace("▁", " "))
    begin = tokenizer.token_to_id("<s>")
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", begin)])
    return tokenizer, {**SENTENCEPIECE, "legacy": False}


def mistral(texts):
    """Its later form: blanks are written by the pre-tokenizer, which cuts nothing; tokens of dialogues are special."""
    tokenizer = byte_fallback(texts, 350)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    tokenizer.decoder = blanks_again(decoders.Replace("▁", " "))
    tokenizer.add_special_tokens(["[INST]", "[/INST]"])
    return tokenizer, {**SENTENCEPIECE, "legacy": False}


def blanks_again(first):
    return decoders.Sequence([first, decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])


FAMILIES = {make.__name__: make for make in (gpt2, gpt_neox, smollm2, llama3, qwen2, olmo2, llama2, mistral)}
