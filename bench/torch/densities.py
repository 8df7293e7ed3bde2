"""Densities that lsmi could rest on, in PyTorch, for their held-out likelihood: KNIFE as published (Pichler et al. 2022), a small coupling
flow (real NVP, Dinh et al. 2017) and k nearest neighbours.

Reads from standard input one line of JSON (samples, held, width, seed) and then the rows, float32, those held out last. Writes a line of JSON,
the seconds of the processor by model, and then, of each model in that order, log p of the held-out rows in nats, float32.
"""

import json
import math
import sys
import time

import numpy
import torch
from torch import nn

from published import Knife, learn

LAYERS, HIDDEN, EPOCHS = 6, 64, 100


class Flow(nn.Module):
    """log p(x) by affine couplings over alternating halves of the columns in random order."""

    def __init__(self, width):
        super().__init__()
        self.half = width // 2
        self.orders = [torch.randperm(width) for _ in range(LAYERS)]
        self.nets = nn.ModuleList(
            nn.Sequential(
                nn.Linear(self.half, HIDDEN),
                nn.ReLU(),
                nn.Linear(HIDDEN, HIDDEN),
                nn.ReLU(),
                nn.Linear(HIDDEN, 2 * (width - self.half)),
            )
            for _ in range(LAYERS)
        )

    def forward(self, x):
        total = torch.zeros(len(x))
        for order, net in zip(self.orders, self.nets):
            x = x[:, order]
            kept, moved = x[:, : self.half], x[:, self.half :]
            scale, shift = net(kept).chunk(2, 1)
            scale = torch.tanh(scale)
            x = torch.cat([kept, moved * scale.exp() + shift], 1)
            total = total + scale.sum(1)
        return total - 0.5 * (x**2).sum(1) - 0.5 * x.shape[1] * math.log(2 * math.pi)


def fit_flow(x):
    """Keeps the weights of the epoch that is likeliest on a tenth of the rows."""
    tenth = max(1, len(x) // 10)
    judge, rows = x[:tenth], x[tenth:]
    model = Flow(x.shape[1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    best, kept, since = -math.inf, None, 0
    for _ in range(EPOCHS):
        order = torch.randperm(len(rows))
        for at in range(0, len(rows), 64):
            optimizer.zero_grad()
            (-model(rows[order[at : at + 64]]).mean()).backward()
            optimizer.step()
        with torch.no_grad():
            score = model(judge).mean().item()
        if score > best:
            best, kept, since = score, {k: v.clone() for k, v in model.state_dict().items()}, 0
        else:
            since += 1
            if since == 10:
                break
    model.load_state_dict(kept)
    return model


def neighbours(x, held, k=5):
    """log p(x) = psi(k) - log n - log V_d - d log(distance to the k-th neighbour) (Kozachenko and Leonenko 1987); it integrates to no 1."""
    n, width = x.shape
    distance = torch.cdist(held, x).kthvalue(k, 1).values.clamp_min(1e-12)
    ball = 0.5 * width * math.log(math.pi) - math.lgamma(0.5 * width + 1)
    return torch.digamma(torch.tensor(float(k))) - math.log(n) - ball - width * distance.log()


def main():
    plan = json.loads(sys.stdin.buffer.readline())
    n, held, width = plan["samples"], plan["held"], plan["width"]
    torch.manual_seed(plan["seed"])
    torch.set_num_threads(1)
    data = numpy.frombuffer(sys.stdin.buffer.read(4 * (n + held) * width), "float32").reshape(n + held, width)
    x = torch.from_numpy(data.copy())
    known, asked = x[:n], x[n:]
    logs, seconds = [], {}

    def judge(name, likelihood):
        begin = time.process_time()
        logs.append(likelihood())
        seconds[name] = time.process_time() - begin

    def knife():
        model = Knife(known)
        learn(model, lambda m, a, _: m(a).mean(), known, torch.zeros(n))
        with torch.no_grad():
            return -model(asked)

    def flow():
        model = fit_flow(known)
        with torch.no_grad():
            return model(asked)

    judge("KNIFE", knife)
    judge("flow", flow)
    judge("5 neighbours", lambda: neighbours(known, asked))
    sys.stdout.buffer.write(json.dumps(seconds).encode() + b"\n")
    sys.stdout.buffer.write(torch.stack(logs).float().numpy().tobytes())


main()
