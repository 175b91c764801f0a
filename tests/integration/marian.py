"""A small Marian model with random weights, as its trainer leaves it: weights, configuration, vocabulary, pieces."""

import io
from pathlib import Path

import numpy as np
import sentencepiece
import yaml

SIZE, HIDDEN, HEADS, LAYERS = 32, 64, 4, 2
TALK = [
    "The sites will send the forms by Friday.",
    "The sponsor approved the protocol amendment.",
    "Two patients were screened and one was randomised.",
    "The monitor visits the site next week and reviews the data.",
    "Please answer the queries before the database lock.",
    "The shipment is late, so the depot will call the site.",
    "Nobody signed the informed consent form.",
    "We need more kits for the treatment period.",
]


def pieces(folder: Path) -> list[str]:
    """Train sentence pieces on a few sentences, write source.spm and target.spm, and return them."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TALK * 20),
        model_writer=model,
        vocab_size=72,
        model_type="unigram",
        num_threads=1,
        minloglevel=2,
        pad_id=-1,
        bos_id=-1,
        eos_id=0,
        unk_id=1,
    )
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model.getvalue())
    known = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return [known.id_to_piece(number) for number in range(known.get_piece_size())]


def write(folder: Path, *, seed: int = 3) -> tuple[Path, Path]:
    """Write model.npz and vocab.yml of an untrained model into *folder*; return their paths."""
    vocabulary = pieces(folder)
    rng = np.random.default_rng(seed)
    weights = dict(_weights(rng, len(vocabulary)))
    config = {
        "type": "transformer",
        "transformer-decoder-autoreg": "self-attention",
        "transformer-no-projection": False,
        "transformer-ffn-activation": "relu",
        "transformer-preprocess": "",
        "transformer-postprocess": "dan",
        "transformer-postprocess-emb": "d",
        "transformer-guided-alignment-layer": "last",
        "transformer-heads": HEADS,
        "enc-depth": LAYERS,
        "dec-depth": LAYERS,
    }
    text = yaml.safe_dump(config).encode() + b"\0"
    weights["special:model.yml"] = np.frombuffer(text, dtype=np.int8)
    np.savez(folder / "model.npz", **weights)
    lines = [f'"{_escaped(piece)}": {number}' for number, piece in enumerate(vocabulary)]
    (folder / "vocab.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "model.npz", folder / "vocab.yml"


def _escaped(piece: str) -> str:
    return piece.replace("\\", "\\\\").replace('"', '\\"')


def _weights(rng, words):
    yield "Wemb", _random(rng, words, SIZE)
    yield "decoder_ff_logit_out_b", np.zeros((1, words), dtype=np.float32)
    for side in ("encoder", "decoder"):
        for layer in range(1, LAYERS + 1):
            for block in ("self", "context") if side == "decoder" else ("self",):
                yield from _attention(rng, f"{side}_l{layer}_{block}")
            yield from _feed_forward(rng, f"{side}_l{layer}_ffn")


def _attention(rng, name):
    for part in "qkvo":
        yield f"{name}_W{part}", _random(rng, SIZE, SIZE)
        yield f"{name}_b{part}", np.zeros((1, SIZE), dtype=np.float32)
    yield from _norm(f"{name}_Wo")


def _feed_forward(rng, name):
    yield f"{name}_W1", _random(rng, SIZE, HIDDEN)
    yield f"{name}_b1", np.zeros((1, HIDDEN), dtype=np.float32)
    yield f"{name}_W2", _random(rng, HIDDEN, SIZE)
    yield f"{name}_b2", np.zeros((1, SIZE), dtype=np.float32)
    yield from _norm(f"{name}_ffn")


def _norm(name):
    yield f"{name}_ln_scale", np.ones((1, SIZE), dtype=np.float32)
    yield f"{name}_ln_bias", np.zeros((1, SIZE), dtype=np.float32)


def _random(rng, rows, columns):
    return (rng.standard_normal((rows, columns)) * (2.0 / np.sqrt(rows))).astype(np.float32)
