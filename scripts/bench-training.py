"""Trains one network in PyTorch and with mien in turns, and compares pictures a second: see scripts/bench-training.

usage: bench-training.py PROGRAM [ROUNDS [PICTURES]]
"""
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM, ROUNDS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
THREADS, BATCH, PICTURES = 2, 64, int(sys.argv[3]) if len(sys.argv) > 3 else 1280


def architecture():
    """The default network's description, as it stands in the source."""
    source = (ROOT / "Sources/MienNN/Training/BuiltInArchitectures.swift").read_text()
    text = re.search(r'name: "mien",\s*text: """\n(.*?)"""', source, re.S).group(1)
    return "\n".join(line.strip() for line in text.splitlines()) + "\n"


class Network(nn.Module):
    """What the description says, layer by layer."""

    def __init__(self, text):
        super().__init__()
        self.steps, self.layers, shape, shapes = [], nn.ModuleList(), None, {}

        def add(layer):
            self.layers.append(layer)
            self.steps.append(("layer", len(self.layers) - 1))

        for line in text.splitlines():
            words = line.split("#")[0].split()
            if not words:
                continue
            kind, options = words[0], dict(zip(words[1:], words[2:]))
            number = lambda key, standard: int(options.get(key, standard))
            if kind == "input":
                shape = int(words[1])
            elif kind == "conv":
                size = tuple(int(n) for n in words[2].split("x"))
                add(nn.Conv2d(shape, int(words[1]), size, number("stride", 1), number("pad", 0),
                              groups=number("groups", 1), bias="nobias" not in words))
                shape = int(words[1])
            elif kind == "bn":
                add(nn.BatchNorm2d(shape))
            elif kind in ("relu", "sigmoid"):
                add(nn.ReLU() if kind == "relu" else nn.Sigmoid())
            elif kind in ("maxpool", "avgpool"):
                size = int(words[1].split("x")[0])
                add((nn.MaxPool2d if kind == "maxpool" else nn.AvgPool2d)(
                    size, number("stride", size), number("pad", 0)))
            elif kind == "globalpool":
                add(nn.AdaptiveAvgPool2d(1))
            elif kind == "dropout":
                add(nn.Dropout(float(words[1])))
            elif kind == "dense":
                add(nn.Flatten())
                add(nn.LazyLinear(int(words[1])))
            elif kind == "softmax":
                pass  # part of the loss
            elif kind in ("label", "from", "add", "mul"):
                self.steps.append((kind, words[1]))
                if kind == "label":
                    shapes[words[1]] = shape
                if kind == "from":
                    shape = shapes[words[1]]
            else:
                raise SystemExit(f"bench-training: there is no layer {kind}")

    def forward(self, x):
        labels = {}
        for kind, name in self.steps:
            if kind == "layer":
                x = self.layers[name](x)
            elif kind == "label":
                labels[name] = x
            elif kind == "from":
                x = labels[name]
            else:
                x = x + labels[name] if kind == "add" else x * labels[name]
        return x


def theirs(text):
    """Seconds on the clock and of the processors for each picture; data ready in memory, nothing augmented."""
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    network = Network(text)
    network(torch.zeros(BATCH, 1, 48, 48))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
    data, labels = torch.randn(PICTURES, 1, 48, 48), torch.randint(0, 6, (PICTURES,))

    def step(start):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(network(data[start:start + BATCH]), labels[start:start + BATCH])
        loss.backward()
        optimiser.step()

    for start in range(0, 3 * BATCH, BATCH):
        step(start)
    begun, used = time.monotonic(), time.process_time()
    for start in range(0, PICTURES, BATCH):
        step(start)
    return (time.monotonic() - begun) / PICTURES, (time.process_time() - used) / PICTURES


def ours(folder, text):
    """The same of mien, augmentation and the score of each epoch included; start and end don't count."""
    (folder / "net.txt").write_text(text)
    if not (folder / "data.csv").exists():
        random = np.random.default_rng(1)
        with open(folder / "data.csv", "w") as file:
            print("emotion,pixels,Usage", file=file)
            for index in range(PICTURES + 20):
                picture = random.integers(0, 256, 48 * 48)
                print(f"{index % 7 if index % 7 != 1 else 0},{' '.join(map(str, picture))},Training", file=file)
    spent = []
    for epochs in (1, 3):
        begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [PROGRAM, "train", "--data", folder / "data.csv", "--architecture", folder / "net.txt", "--epochs",
             str(epochs), "--batch", str(BATCH), "--weight-decay", "0.05", "--validation", str(20 / (PICTURES + 20)),
             "--threads", str(THREADS), "--rotation", "10", "--out", folder / "out.onnx"],
            check=True, capture_output=True)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append((time.monotonic() - begun, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime))
    return tuple((three - one) / 2 / PICTURES for one, three in zip(*spent))


def main():
    text = architecture()
    with tempfile.TemporaryDirectory() as folder:
        rounds = [(*ours(pathlib.Path(folder), text), *theirs(text)) for _ in range(ROUNDS)]
    wall, processor, their_wall, their_processor = (statistics.median(column) for column in zip(*rounds))
    load = open("/proc/loadavg").read().split()[0]
    print(f"float32, batches of {BATCH}, {THREADS} threads, median of {ROUNDS} rounds; load average {load} at the end")
    print(f"mien:             {1 / wall:.0f} pictures/s on the clock, {1000 * processor:.3f} ms of processor time a picture")
    print(f"PyTorch {torch.__version__}: {1 / their_wall:.0f} pictures/s on the clock, "
          f"{1000 * their_processor:.3f} ms of processor time a picture")
    print(f"mien does {their_wall / wall:.2f} times the pictures a second on the clock, "
          f"{their_processor / processor:.2f} times for the processor time")


main()
