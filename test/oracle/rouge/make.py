"""Writes test/fixtures/metrics/golden.json: what Google's rouge_score and the SQuAD v1.1 rules, run by Python, say about nasty texts.

    pip install -r requirements.txt && python make.py

Needed only to renew the golden file; the tests read the file.
"""

import itertools
import json
import pathlib
import random
import re
import string

from rouge_score import rouge_scorer


def normalize(text):
    """The SQuAD v1.1 rules: lower-case, no ASCII punctuation, no articles, white space collapsed."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


PHRASES = [
    "", " ", ".", "the", "The.", "A", "an", "a an the", "the the", "--", "_", "a_b", "the_end", "a-b", "the-end",
    "The Beatles", "beatles", "The  Beatles!", "A's", "Rock'n'roll", "an apple a day", "theatre", "Athens, the city",
    "12 May 1990", "May 12, 1990", "12-05-1990", "3.14", "1,000,000", "US$ 5", "50%", "C++", "C#", "e-mail@site.org",
    "Caf\u00e9 the Flore", "cafe\u0301", "a\u0301", "\u00e1", "the\u0301", "a\u00e9", "\u00e9a", "\u00e9 a", "\u00e9-a",
    "na\u00efve an\u00e4", "\u00dcber the top", "stra\u00dfe", "STRASSE", "\u1e9e", "\u0130stanbul", "istanbul",
    "\u0391\u03a3", "\u03a3a", "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 the", "\u212aelvin", "\u212b", "\ufb01n the",
    "a\u00b2", "\u00b2a", "a \u00b2", "\u00bda", "a\u2167", "\u5317\u4eac a \u5e02", "a\u5e02", "\u0661a", "\u4e00the",
    "\u201cthe\u201d", "\u2018a\u2019", "the\u2014end", "the\u2013end", "a\u2026", "\u00bfa?", "a\u00b7b", "the\u2122",
    "a\u00a0b", "the\u200bend", "a\ufeffb", "\ufeffthe", "a\x1cb", "the\x85end", "a\u3000the\u3000b", "a\u180eb", "a\u2028b",
    "tab\tthe\nline\r\nend\x0b\x0c", "\U0001f600 the \U0001f600", "a\U0001f600", "\U0001d41a", "\U00010400a", "a\u0430",
    "\u0430", "the\u0300 end", "\u0915\u093e a", "a\u093e", "\u0939\u093f\u0928\u094d\u0926\u0940 the", "\u00aaa", "a\u00ba",
    "the cat sat on the mat", "the mat sat on the cat", "cat mat", "police killed the gunman", "the gunman kill police",
    "a b c d e f", "f e d c b a", "x a b x c x", "x x x", "x", "x y x y x", "one, two, three", "three; two; one",
]
WORDS = ["a", "an", "the", "The", "A.", "x", "y", "caf\u00e9", "-", "12", "b\u0301", "\u00e9", "a\u0301", "!", "\u00a0", "ann"]


def main():
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    chance = random.Random(7)
    glue = ["", " ", " ", ", ", "\u00a0", "-"]
    made = ["".join(chance.choice(WORDS) + chance.choice(glue) for _ in range(chance.randint(1, 9))) for _ in range(150)]
    texts = PHRASES + made
    pairs = list(itertools.product(PHRASES[-14:], repeat=2))
    pairs += [(chance.choice(texts), chance.choice(texts)) for _ in range(400)] + [(t, t) for t in texts]
    golden = {
        "normalized": [[text, normalize(text)] for text in texts],
        "rougeL": [[gold, output, scorer.score(gold, output)["rougeL"].fmeasure] for gold, output in pairs],
    }
    lines = (f' "{name}": [\n' + ",\n".join("  " + json.dumps(row) for row in rows) + "\n ]" for name, rows in golden.items())
    path = pathlib.Path(__file__).parents[2] / "fixtures" / "metrics" / "golden.json"
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


main()
