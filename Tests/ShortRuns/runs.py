"""Short runs of each subcommand, for tests of what they do to the system and what the system does to them."""
import os
import pathlib
import random
import subprocess

here = pathlib.Path(__file__).resolve().parent
program = os.environ.get("MIEN_PROGRAM", str(here.parent.parent / ".build/release/mien"))


def make_inputs(folder):
    """A clip, a photo, raw frames and rows of FER2013: patterns, no people."""
    def ffmpeg(*arguments):
        pattern = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25"]
        subprocess.run(["ffmpeg", "-v", "error", "-y", *pattern, *arguments], check=True)

    ffmpeg("-frames:v", "30", str(folder / "clip.mp4"))
    ffmpeg("-frames:v", "1", str(folder / "photo.png"))
    ffmpeg("-frames:v", "1", str(folder / "photo.jpg"))
    (folder / "raw").write_bytes(bytes(64 * 32 * 20))
    chance = random.Random(1)
    rows = ["emotion,pixels,Usage"]
    for index in range(96):
        pixels = " ".join(str(chance.randrange(256)) for _ in range(48 * 48))
        rows.append(f"{[0, 2, 3, 4, 5, 6][index % 6]},{pixels},{'Training' if index < 72 else 'PublicTest'}")
    (folder / "rows.csv").write_text("\n".join(rows) + "\n")


RUNS = {
    "demo": ["demo", "--frames", "24", "--jsonl", "OUT/a.jsonl", "--csv", "OUT/a.csv", "--stats", "OUT/a.json"],
    "demo, in a pipe": ["demo", "--frames", "12", "--threads", "2"],
    "video": ["video", "IN/clip.mp4", "IN/clip.mp4", "--threads", "2", "--jsonl", "OUT/a.jsonl", "--csv", "OUT/a.csv"],
    "image": ["image", "IN/photo.png", "IN/photo.jpg", "--jsonl", "-"],
    "live": ["live", "--device", "-", "--size", "64x32", "--format", "grey", "--jsonl", "OUT/a.jsonl"],
    "devices": ["devices"],
    "devices --test": ["devices", "--test", "-", "--size", "64x32", "--format", "grey", "--raw", "OUT/raw"],
    "evaluate": ["evaluate", "--data", "IN/rows.csv", "--json", "--report", "OUT/report"],
    "train": ["train", "--data", "IN/rows.csv", "--epochs", "1", "--batch", "16", "--threads", "2", "--out", "OUT/a.onnx"],
}


def place(words, inputs, outputs):
    """The words of a run with the folders in them."""
    return [word.replace("IN/", f"{inputs}/").replace("OUT/", f"{outputs}/") for word in words]
