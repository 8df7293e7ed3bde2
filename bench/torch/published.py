"""The published estimator of LSMI (Yang et al. 2025, arXiv 2506.17248) in PyTorch, written from its formulas, for timing and for accuracy.

Reads from standard input one line of JSON: classes, samples, width1, width2, seed, threads; then x1, x2 (float32) and the labels (int32).
Writes one line of JSON (seconds of fitting and reading by the clock and of the processor), then i1, i2, i12, h1, h2 of the held-out samples (float32).
The last fifth of the samples is held out. Entropies come from KNIFE (Pichler et al. 2022): a Gaussian mixture of five components with
full covariances, all of it learned by gradient steps.
"""

import json
import math
import sys
import time

import numpy
import torch
from torch import nn

BATCH, EPOCHS, COMPONENTS = 32, 30, 5


class Knife(nn.Module):
    def __init__(self, x):
        super().__init__()
        width = x.shape[1]
        self.means = nn.Parameter(x[torch.randperm(len(x))[:COMPONENTS]].clone())
        self.log_scales = nn.Parameter(torch.zeros(COMPONENTS, width))
        self.lower = nn.Parameter(torch.zeros(COMPONENTS, width, width))
        self.logits = nn.Parameter(torch.zeros(COMPONENTS))
        self.constant = -0.5 * width * math.log(2 * math.pi)

    def forward(self, x):
        """h(x) = -log p(x), [batch]"""
        factor = torch.tril(self.lower, -1) + torch.diag_embed(self.log_scales.exp())
        white = torch.einsum("kij,nkj->nki", factor, x[:, None] - self.means)
        logs = self.constant + self.log_scales.sum(1) - 0.5 * (white**2).sum(2)
        return -torch.logsumexp(logs + torch.log_softmax(self.logits, 0), 1)


def classifier(width, classes):
    return nn.Sequential(nn.Linear(width, 128), nn.ReLU(), nn.Linear(128, classes))


def learn(model, loss, inputs, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(EPOCHS):
        order = torch.randperm(len(inputs))
        for at in range(0, len(inputs), BATCH):
            rows = order[at : at + BATCH]
            optimizer.zero_grad()
            loss(model, inputs[rows], labels[rows]).backward()
            optimizer.step()


def main():
    plan = json.loads(sys.stdin.buffer.readline())
    n, classes = plan["samples"], plan["classes"]
    torch.manual_seed(plan["seed"])
    torch.set_num_threads(plan["threads"])

    def read(kind, *shape):
        size = 4 * math.prod(shape)
        return torch.from_numpy(numpy.frombuffer(sys.stdin.buffer.read(size), kind).reshape(shape).copy())

    x1 = read("float32", n, plan["width1"])
    x2 = read("float32", n, plan["width2"])
    labels = read("int32", n).long()
    begin, begin_processor = time.perf_counter(), time.process_time()
    views = {"i1": x1, "i2": x2, "i12": torch.cat([x1, x2], 1)}
    train = n - n // 5
    found = []
    for x in views.values():
        model = classifier(x.shape[1], classes)
        learn(model, lambda m, a, y: nn.functional.cross_entropy(m(a), y), x[:train], labels[:train])
        with torch.no_grad():
            logs = torch.log_softmax(model(x[train:]), 1)
        # Equal class frequencies are taken for granted.
        found.append(logs.gather(1, labels[train:, None])[:, 0] + math.log(classes))
    for x in (x1, x2):
        model = Knife(x[:train])
        learn(model, lambda m, a, _: m(a).mean(), x[:train], labels[:train])
        with torch.no_grad():
            found.append(model(x[train:]))
    report = {
        "seconds": time.perf_counter() - begin,
        "processor": time.process_time() - begin_processor,
        "torch": torch.__version__,
    }
    sys.stdout.buffer.write(json.dumps(report).encode() + b"\n")
    sys.stdout.buffer.write(torch.stack(found).float().numpy().tobytes())


if __name__ == "__main__":
    main()
