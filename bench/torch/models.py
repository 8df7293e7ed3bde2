"""The models of bench/engines/models.ts in PyTorch. Reads from standard input a line of JSON each, {"model", "batch", "steps"}, takes so many steps of
Adam on random samples, and writes a line of JSON with the seconds and the seconds of the processor that they took. The first line that it writes says that
it is ready."""

import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)


class Eye(nn.Sequential):
    """[batch, 1, 14, 28] -> [batch, 64]"""

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 8, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(336, 64),
            nn.ReLU(),
        )


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(200, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
        )

    shapes = [(200,)]

    def loss(self, y, x):
        return F.cross_entropy(self.layers(x), y)


class Cnn(nn.Module):
    shapes = [(1, 14, 28), (1, 14, 28)]

    def __init__(self):
        super().__init__()
        self.top, self.bottom = Eye(), Eye()
        self.head = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))

    def loss(self, y, top, bottom):
        return F.cross_entropy(self.head(torch.cat([self.top(top), self.bottom(bottom)], 1)), y)


class Gru(nn.Module):
    shapes = [(50, 64)]

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(64, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def loss(self, y, x):
        return F.cross_entropy(self.head(self.gru(x)[1][0]), y)


class Block(nn.Module):
    def __init__(self, features, heads):
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(features), nn.LayerNorm(features)
        self.queries, self.out = nn.Linear(features, 3 * features), nn.Linear(features, features)
        self.wide = nn.Sequential(
            nn.Linear(features, 4 * features), nn.GELU(approximate="tanh"), nn.Linear(4 * features, features)
        )

    def forward(self, x):
        batch, length, features = x.shape
        parts = self.queries(self.first(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = parts.unbind(0)
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(features / self.heads), -1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(batch, length, features))
        return x + self.wide(self.second(x))


class Transformer(nn.Module):
    shapes = [(50, 64)]

    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(64, 4), Block(64, 4))
        self.norm, self.head = nn.LayerNorm(64), nn.Linear(64, 10)
        position = torch.arange(50.0)[:, None]
        pair = torch.arange(64) // 2 * 2
        angle = position / 10000 ** (pair / 64)
        even = (torch.arange(64) % 2 == 0)[None, :]
        self.register_buffer("sines", torch.where(even, torch.sin(angle), torch.cos(angle)))

    def loss(self, y, x):
        return F.cross_entropy(self.head(self.norm(self.blocks(x + self.sines)).mean(1)), y)


class Latent(nn.Module):
    """A Gaussian whose mean and log-variance are linear, and its divergence from a standard normal."""

    def __init__(self, inputs, units):
        super().__init__()
        self.linear = nn.Linear(inputs, 2 * units)

    def forward(self, x):
        mean, spread = self.linear(x).chunk(2, 1)
        log = torch.clamp(spread - 4, -8, 8)
        value = mean + torch.exp(0.5 * log) * torch.randn_like(mean)
        divergence = (0.5 * (log.exp() + mean.square() - log - 1).sum(1)).mean()
        return value, divergence


def cross_covariance(u, r):
    def standard(x):
        centred = x - x.mean(0, keepdim=True)
        return centred * torch.rsqrt(centred.square().mean(0, keepdim=True) + 1e-4)

    return (standard(u).t() @ standard(r) / len(u)).square().mean()


class Dmil(nn.Module):
    """The last stage of DMIL, as the demo's spec says it (Yang et al., CVPR 2026)."""

    shapes = [(1, 14, 28), (1, 14, 28)]

    def __init__(self):
        super().__init__()
        pair = lambda make: nn.ModuleList([make(), make()])
        self.eyes = pair(Eye)
        self.intra = pair(lambda: Latent(64, 64))
        self.rebuild = pair(lambda: nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64)))
        self.alone = pair(lambda: nn.Linear(32, 10))
        self.consistency = pair(lambda: Latent(32, 64))
        self.redundant = nn.Linear(32, 10)
        self.unique = pair(lambda: nn.Linear(32, 10))
        self.projections = pair(lambda: nn.Linear(32, 32))
        self.synergistic = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 10))
        self.gate = nn.Sequential(nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 4))

    def loss(self, y, *inputs):
        encodings = [eye(x) for eye, x in zip(self.eyes, inputs)]
        latents = [intra(z) for intra, z in zip(self.intra, encodings)]
        halves = [value.chunk(2, 1) for value, _ in latents]
        first = 0
        for m in range(2):
            first = first + F.cross_entropy(self.alone[m](halves[m][0]), y)
            first = first + (self.rebuild[m](latents[m][0]) - encodings[m].detach()).square().mean()
            first = first + 1e-3 * latents[m][1]
        parts = [self.consistency[m](halves[m][0]) for m in range(2)]
        views = [value.chunk(2, 1) for value, _ in parts]
        mixed = self.projections[0](halves[0][1]) * self.projections[1](halves[1][1])
        logits = [
            self.redundant((views[0][0] + views[1][0]) / 2),
            self.unique[0](views[0][1]),
            self.unique[1](views[1][1]),
            self.synergistic(mixed),
        ]
        second = sum(F.cross_entropy(one, y) for one in logits)
        for m in range(2):
            second = second + cross_covariance(views[m][1], views[m][0]) + 1e-3 * parts[m][1]
        second = second + 0.1 * (1 - F.cosine_similarity(views[0][0], views[1][0])).mean()
        shares = torch.softmax(self.gate(torch.cat(encodings, 1)), 1)
        gated = sum(shares[:, i : i + 1] * one for i, one in enumerate(logits))
        rule = torch.sigmoid((shares[:, 3:] - 0.5) / 0.1)
        answer = rule * logits[3] + (1 - rule) * gated
        return F.cross_entropy(answer, y) + 0.5 * first + 0.5 * second


MODELS = {"mlp": Mlp, "cnn": Cnn, "gru": Gru, "transformer": Transformer, "dmil": Dmil}
made = {}

print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    plan = json.loads(line)
    name, batch, steps = plan["model"], plan["batch"], plan["steps"]
    if name not in made:
        model = MODELS[name]()
        made[name] = model, torch.optim.Adam(model.parameters(), lr=1e-3)
    model, optimizer = made[name]
    inputs = [torch.randn(steps * batch, *shape) for shape in model.shapes]
    labels = torch.randint(10, (steps * batch,))
    begin, processor = time.perf_counter(), time.process_time()
    total = 0.0
    for step in range(steps):
        rows = slice(step * batch, (step + 1) * batch)
        optimizer.zero_grad()
        loss = model.loss(labels[rows], *[values[rows] for values in inputs])
        loss.backward()
        optimizer.step()
        total += loss.detach()
    float(total)
    print(
        json.dumps({"seconds": time.perf_counter() - begin, "processor": time.process_time() - processor}),
        flush=True,
    )
