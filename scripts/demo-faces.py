"""Computes the six faces of the demo: for each class, the mean of pictures out of FER2013's Training part.

usage: scripts/demo-faces [fer2013.csv.xz [fer2013new.csv [MODEL.onnx [OUT]]]]

Labels are FER+'s majority as its authors take it: votes of 1 are dropped as outliers, then the class with more than
half of the votes that are left. The mean of a whole class blurs until fear looks like a smile, so that the mean is taken
over the 100 pictures of each class of which the network is surest: nobody's portrait.

OUT: 6 planes of 48x48 bytes, in the order angry, fear, happy, neutral, sad, surprise.
"""
import csv
import lzma
import pathlib
import sys

import numpy as np
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIDE = 48
# FER+'s columns after usage and name: neutral, happiness, surprise, sadness, anger, disgust, fear, ...
COLUMNS = {"angry": 4, "fear": 6, "happy": 1, "neutral": 0, "sad": 3, "surprise": 2}
PICTURES = 100
# Means are blurred, so what tells them apart is faint: each is moved away from the mean of all by this factor.
EXAGGERATION = 1.4
MEAN, DEVIATION = 118, 46  # of the bytes written


def training_rows(pictures, votes):
    """Each Training row with a majority: its picture, mean 0 and deviation 1, and its class, 0 to 5."""
    columns = list(COLUMNS.values())
    with (lzma.open if str(pictures).endswith(".xz") else open)(pictures, "rt") as lines, open(votes) as table:
        next(lines), next(table)
        for line, row in zip(lines, csv.reader(table)):
            _, pixels, usage = line.rstrip("\n").split(",")
            if usage != "Training":
                continue
            counts = np.array([int(v) for v in row[2:]])
            counts[counts == 1] = 0
            top = int(counts.argmax())
            if 2 * counts[top] <= counts.sum() or top not in columns:
                continue
            picture = np.array(pixels.split(), np.float32)
            yield (picture - picture.mean()) / (picture.std() + 1e-3), columns.index(top)


def main():
    given = sys.argv[1:]
    data = ROOT.parent / "shared" / "data"
    defaults = [data / "fer2013.csv.xz", data / "fer2013new.csv", ROOT / "models" / "mien.onnx"]
    defaults.append(ROOT / "shim" / "assets" / "demo-faces.gray")
    pictures, votes, model, out = given + defaults[len(given):]

    rows = list(training_rows(pictures, votes))
    faces = np.stack([face for face, _ in rows])
    labels = np.array([label for _, label in rows])
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    shares = np.concatenate(
        [session.run(None, {name: part.reshape(-1, 1, SIDE, SIDE)})[0] for part in np.array_split(faces, 100)])

    means = []
    for label in range(len(COLUMNS)):
        own = np.flatnonzero(labels == label)
        surest = own[np.argsort(-shares[own, label], kind="stable")[:PICTURES]]
        mean = faces[surest].mean(axis=0).reshape(SIDE, SIDE)
        means.append((mean + mean[:, ::-1]) / 2)  # faces look left as often as right
    overall = np.mean(means, axis=0)

    planes = []
    for mean in means:
        plane = overall + EXAGGERATION * (mean - overall)
        plane = MEAN + DEVIATION * (plane - plane.mean()) / plane.std()
        planes.append(np.clip(np.rint(plane), 0, 255).astype(np.uint8))
    pathlib.Path(out).write_bytes(np.stack(planes).tobytes())
    print(f"wrote {out}")


main()
