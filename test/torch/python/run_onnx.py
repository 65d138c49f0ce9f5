"""Greedy tokens of exported ONNX models as ONNX Runtime runs them, once the ONNX checker approves.

Reads a JSON list of {"folder", "prompts", "count"} and writes a list of {"together", "alone"}:
`count` tokens after each prompt, from one batch filled up on the left and from each by itself.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

FILLER = 4


def open_model(folder):
    file = f"{folder}/onnx/model.onnx"
    onnx.checker.check_model(file, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def empty_cache(session, rows):
    pasts = [value for value in session.get_inputs() if value.name.startswith("past_key_values.")]
    return {
        value.name: np.zeros((rows, value.shape[1], 0, value.shape[3]), np.float32)
        for value in pasts
    }


def greedy(session, prompts, count):
    width = max(map(len, prompts))
    tokens = np.array([[FILLER] * (width - len(prompt)) + prompt for prompt in prompts])
    mask = np.array([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    positions = np.maximum(mask.cumsum(axis=1) - 1, 0)
    cache = empty_cache(session, len(prompts))
    names = [value.name for value in session.get_outputs()]
    found = []
    for _ in range(count):
        inputs = {"input_ids": tokens, "attention_mask": mask, "position_ids": positions, **cache}
        outputs = dict(zip(names, session.run(names, inputs), strict=True))
        tokens = outputs.pop("logits")[:, -1].argmax(axis=1, keepdims=True)
        found.append(tokens[:, 0])
        positions = mask.sum(axis=1, keepdims=True)
        mask = np.pad(mask, ((0, 0), (0, 1)), constant_values=1)
        cache = {
            name.replace("present", "past_key_values"): value for name, value in outputs.items()
        }
    return np.stack(found, axis=1).tolist()


def answer(folder, prompts, count):
    session = open_model(folder)
    alone = [greedy(session, [prompt], count)[0] for prompt in prompts]
    return {"together": greedy(session, prompts, count), "alone": alone}


print(json.dumps([answer(**job) for job in json.load(sys.stdin)]))
