"""Write the graphs without weights that models/graphs holds; needs torch, which the hub itself never does.

    python models/export_graphs.py MODELS_DIR

MODELS_DIR holds the fetched checkpoints (diarizer, minilm-l6). Each net is written out here from its paper, exported
without folding, checked against torch to 2e-5, and stripped: every initializer keeps the checkpoint's own tensor name
and loses its data. `hub models fetch` fills them again.

Segmentation: Bredin 2023, "pyannote.audio 2.1", powerset of three speakers (Plaquet & Bredin 2023); SincNet front end
(Ravanelli & Bengio 2018). CAM++: Wang et al. 2023, arXiv 2303.00332. Encoder: BERT (Devlin et al. 2019), 6 layers.
"""

import math
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - torch's own documentation calls it F

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from hub.connectors.models.checkpoint import tensors
from hub.connectors.models.fill import EMPTY, fill

GRAPHS = Path(__file__).resolve().parent / "graphs"
RATE_HZ = 16_000


class SincFilters(nn.Module):
    """80 band-pass filters, 40 even and 40 odd, each from a low edge and a width."""

    def __init__(self):
        super().__init__()
        self.low_hz_ = nn.Parameter(torch.zeros(40, 1))
        self.band_hz_ = nn.Parameter(torch.zeros(40, 1))
        self.register_buffer("window_", torch.zeros(125))
        self.register_buffer("n_", torch.zeros(1, 125))

    def forward(self, sound):
        low = 50 + torch.abs(self.low_hz_)
        high = torch.clamp(low + 50 + torch.abs(self.band_hz_), 50, RATE_HZ / 2)
        width = high - low
        low_phase, high_phase = low @ self.n_, high @ self.n_
        even = (torch.sin(high_phase) - torch.sin(low_phase)) / (self.n_ / 2) * self.window_
        odd = (torch.cos(low_phase) - torch.cos(high_phase)) / (self.n_ / 2) * self.window_
        even = torch.cat([even, 2 * width, torch.flip(even, [1])], 1) / (2 * width)
        odd = torch.cat([odd, torch.zeros_like(width), -torch.flip(odd, [1])], 1) / (2 * width)
        return F.conv1d(sound, torch.cat([even, odd])[:, None, :], stride=10)


class Bank(nn.Module):
    def __init__(self):
        super().__init__()
        self.filterbank = SincFilters()

    def forward(self, sound):
        return self.filterbank(sound)


class SincNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.wav_norm1d = nn.InstanceNorm1d(1, affine=True)
        self.conv1d = nn.ModuleList([Bank(), nn.Conv1d(80, 60, 5), nn.Conv1d(60, 60, 5)])
        self.norm1d = nn.ModuleList([nn.InstanceNorm1d(width, affine=True) for width in (80, 60, 60)])

    def forward(self, sound):
        x = self.wav_norm1d(sound)
        for place, (conv, norm) in enumerate(zip(self.conv1d, self.norm1d, strict=True)):
            x = conv(x)
            x = torch.abs(x) if place == 0 else x
            x = F.leaky_relu(norm(F.max_pool1d(x, 3, 3)))
        return x


class Segmentation(nn.Module):
    """(batch, 1, samples) to (batch, frames, 7) log probabilities of the powerset classes."""

    def __init__(self):
        super().__init__()
        self.sincnet = SincNet()
        self.lstm = nn.LSTM(60, 128, num_layers=4, bidirectional=True, batch_first=True)
        self.linear = nn.ModuleList([nn.Linear(256, 128), nn.Linear(128, 128)])
        self.classifier = nn.Linear(128, 7)

    def forward(self, sound):
        x, _ = self.lstm(self.sincnet(sound).transpose(1, 2))
        for linear in self.linear:
            x = F.leaky_relu(linear(x))
        return F.log_softmax(self.classifier(x), -1)


class ResBlock(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(32, 32, 3, (stride, 1), 1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 32, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)
        self.shortcut = nn.Sequential()
        if stride != 1:
            self.shortcut = nn.Sequential(nn.Conv2d(32, 32, 1, (stride, 1), bias=False), nn.BatchNorm2d(32))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.layer1 = nn.Sequential(ResBlock(2), ResBlock(1))
        self.layer2 = nn.Sequential(ResBlock(2), ResBlock(1))
        self.conv2 = nn.Conv2d(32, 32, 3, (2, 1), 1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)

    def forward(self, features):
        x = F.relu(self.bn1(self.conv1(features.transpose(1, 2)[:, None])))
        x = F.relu(self.bn2(self.conv2(self.layer2(self.layer1(x)))))
        return x.flatten(1, 2)


class Nonlinear(nn.Module):
    def __init__(self, width, affine=True, relu=True):
        super().__init__()
        self.batchnorm = nn.BatchNorm1d(width, affine=affine)
        self.relu = relu

    def forward(self, x):
        x = self.batchnorm(x)
        return F.relu(x) if self.relu else x


class Layer(nn.Module):
    """nonlinear then linear ("before"), or linear then nonlinear."""

    def __init__(self, inner, outer, kernel=1, stride=1, *, before=False, affine=True, relu=True):
        super().__init__()
        self.linear = nn.Conv1d(inner, outer, kernel, stride, kernel // 2, bias=False)
        self.nonlinear = Nonlinear(inner if before else outer, affine, relu)
        self.before = before

    def forward(self, x):
        return self.linear(self.nonlinear(x)) if self.before else self.nonlinear(self.linear(x))


class ContextMask(nn.Module):
    """Context-aware masking: means over the whole and over stretches of 100 frames gate each channel."""

    def __init__(self, dilation):
        super().__init__()
        self.linear_local = nn.Conv1d(128, 32, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(128, 64, 1)
        self.linear2 = nn.Conv1d(64, 32, 1)

    def forward(self, x):
        frames = x.shape[-1]
        stretches = (frames + 99) // 100
        padded = F.pad(x, (0, stretches * 100 - frames))
        sums = padded.reshape(x.shape[0], 128, stretches, 100).sum(-1)
        counts = torch.clamp(frames - torch.arange(stretches) * 100, max=100)
        means = (sums / counts)[..., None].expand(-1, -1, -1, 100).reshape(x.shape[0], 128, -1)[..., :frames]
        context = F.relu(self.linear1(x.mean(-1, keepdim=True) + means))
        return self.linear_local(x) * torch.sigmoid(self.linear2(context))


class DenseLayer(nn.Module):
    def __init__(self, inner, dilation):
        super().__init__()
        self.nonlinear1 = Nonlinear(inner)
        self.linear1 = nn.Conv1d(inner, 128, 1, bias=False)
        self.nonlinear2 = Nonlinear(128)
        self.cam_layer = ContextMask(dilation)

    def forward(self, x):
        return self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))


class Block(nn.Module):
    def __init__(self, layers, inner, dilation):
        super().__init__()
        for place in range(layers):
            self.add_module(f"tdnnd{place + 1}", DenseLayer(inner + 32 * place, dilation))

    def forward(self, x):
        for layer in self.children():
            x = torch.cat([x, layer(x)], 1)
        return x


class XVector(nn.Module):
    def __init__(self):
        super().__init__()
        self.tdnn = Layer(320, 128, 5, 2)
        width = 128
        for place, (layers, dilation) in enumerate(((12, 1), (24, 2), (16, 2)), 1):
            self.add_module(f"block{place}", Block(layers, width, dilation))
            width += 32 * layers
            self.add_module(f"transit{place}", Layer(width, width // 2, before=True))
            width //= 2
        self.out_nonlinear = Nonlinear(width)
        self.dense = Layer(2 * width, 192, affine=False, relu=False)

    def forward(self, x):
        x = self.tdnn(x)
        for place in (1, 2, 3):
            x = getattr(self, f"transit{place}")(getattr(self, f"block{place}")(x))
        x = self.out_nonlinear(x)
        mean = x.mean(-1, keepdim=True)
        deviation = torch.sqrt(((x - mean) ** 2).sum(-1) / (x.shape[-1] - 1))
        return self.dense(torch.cat([mean[..., 0], deviation], 1)[..., None])[..., 0]


class Voice(nn.Module):
    """(batch, frames, 80) filter bank to (batch, 192)."""

    def __init__(self):
        super().__init__()
        self.head = Head()
        self.xvector = XVector()

    def forward(self, features):
        return self.xvector(self.head(features))


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(384, 384) for _ in range(3))

    def forward(self, x, mask):
        q, k, v = (
            part(x).reshape(x.shape[0], -1, 12, 32).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(32) + mask, -1)
        return (weights @ v).transpose(1, 2).reshape(x.shape[0], -1, 384)


class Output(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.dense = nn.Linear(inner, 384)
        self.LayerNorm = nn.LayerNorm(384, eps=1e-12)

    def forward(self, x, before):
        return self.LayerNorm(self.dense(x) + before)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.self = SelfAttention()
        self.output = Output(384)

    def forward(self, x, mask):
        return self.output(self.self(x, mask), x)


class Intermediate(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(384, 1536)

    def forward(self, x):
        return F.gelu(self.dense(x))


class BertLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.intermediate = Intermediate()
        self.output = Output(1536)

    def forward(self, x, mask):
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class Embeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.word_embeddings = nn.Embedding(30522, 384)
        self.position_embeddings = nn.Embedding(512, 384)
        self.token_type_embeddings = nn.Embedding(2, 384)
        self.LayerNorm = nn.LayerNorm(384, eps=1e-12)

    def forward(self, tokens):
        places = torch.arange(tokens.shape[1])[None]
        kinds = torch.zeros_like(tokens)
        found = self.word_embeddings(tokens) + self.position_embeddings(places) + self.token_type_embeddings(kinds)
        return self.LayerNorm(found)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.ModuleList([BertLayer() for _ in range(6)])


class Sentence(nn.Module):
    """(batch, tokens) ids and mask to (batch, 384), mean-pooled and of length one."""

    def __init__(self):
        super().__init__()
        self.embeddings = Embeddings()
        self.encoder = Encoder()

    def forward(self, tokens, mask):
        weight = mask.float()
        bias = (1 - weight)[:, None, None, :] * -1e9
        x = self.embeddings(tokens)
        for layer in self.encoder.layer:
            x = layer(x, bias)
        pooled = (x * weight[..., None]).sum(1) / weight.sum(1, keepdim=True)
        return pooled / torch.sqrt((pooled * pooled).sum(1, keepdim=True))


def export(net, checkpoint, name, inputs, names, axes, more):
    """Export one net, strip it, fill it again, and compare with torch on *inputs* and on *more*."""
    weights = {key: torch.tensor(value) for key, value in tensors(checkpoint).items()}
    wanted = net.state_dict()
    weights = {key: value.reshape(wanted[key].shape) for key, value in weights.items() if key in wanted}
    missing, unexpected = net.load_state_dict(weights, strict=False)
    assert not unexpected and all("num_batches_tracked" in key for key in missing), (missing, unexpected)
    net.eval()
    whole = GRAPHS / f".{name}.whole.onnx"
    torch.onnx.export(
        net,
        inputs,
        str(whole),
        input_names=names,
        output_names=["out"],
        dynamic_axes=axes,
        opset_version=17,
        do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE,
        dynamo=False,
    )
    model = onnx.load(str(whole))
    whole.unlink()
    # PRESERVE may leave training mode behind, in which batch norms would count anew
    for node in model.graph.node:
        if node.op_type == "BatchNormalization":
            del node.output[1:]
            for attribute in node.attribute:
                if attribute.name == "training_mode":
                    attribute.i = 0
    stripped = 0
    for initializer in model.graph.initializer:
        if initializer.name in weights:
            initializer.ClearField("raw_data")
            initializer.ClearField("float_data")
            initializer.doc_string = EMPTY
            stripped += 1
    left = {key for key in wanted if "num_batches_tracked" not in key} - {i.name for i in model.graph.initializer}
    print(f"{name}: not in the graph: {sorted(left)}")
    for node in model.graph.node:
        node.ClearField("doc_string")
    graph = GRAPHS / f"{name}.graph.onnx"
    graph.write_bytes(model.SerializeToString(deterministic=True))
    filled = checkpoint.with_name(f"{name}.onnx")
    fill(graph, checkpoint, filled)
    session = onnxruntime.InferenceSession(str(filled))
    for trial in (inputs, *more):
        with torch.no_grad():
            expected = net(*trial).numpy()
        found = session.run(None, dict(zip(names, [part.numpy() for part in trial], strict=True)))[0]
        gap = np.abs(expected - found).max()
        print(f"{name}: {stripped} tensors, {graph.stat().st_size} bytes, shape {found.shape}, gap {gap:.1e}")
        assert gap < 2e-5 * max(1.0, np.abs(expected).max())


def main(models):
    """Export all three."""
    torch.manual_seed(1)
    sound = torch.randn(2, 1, 160_000) * 0.1
    export(
        Segmentation(),
        models / "diarizer" / "pytorch_model.bin",
        "segmentation",
        (sound,),
        ["sound"],
        {"sound": {0: "batch", 2: "samples"}, "out": {0: "batch", 1: "frames"}},
        [(torch.randn(1, 1, 80_000),)],
    )
    export(
        Voice(),
        models / "diarizer" / "campplus_cn_en_common.pt",
        "embedding",
        (torch.randn(2, 345, 80),),
        ["features"],
        {"features": {0: "batch", 1: "frames"}, "out": {0: "batch"}},
        [(torch.randn(1, 61, 80),), (torch.randn(3, 400, 80),)],
    )
    ids, mask = torch.randint(0, 30_000, (3, 17)), torch.ones(3, 17, dtype=torch.int64)
    mask[1, 9:] = 0
    export(
        Sentence(),
        models / "minilm-l6" / "model.safetensors",
        "sentence",
        (ids, mask),
        ["tokens", "mask"],
        {"tokens": {0: "batch", 1: "length"}, "mask": {0: "batch", 1: "length"}, "out": {0: "batch"}},
        [(ids[:1, :5], mask[:1, :5])],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
