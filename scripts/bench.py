"""Measures mien, and writes BENCHMARKS.md: see scripts/bench.

usage: bench.py PROGRAM
"""
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEDIA = ROOT.parent / "shared" / "media"
PROGRAM = sys.argv[1]
CLIPS = ["single_face.mp4", "headpose_male.mp4", "asl_eat.mkv", "two_walking.mp4", "noface_face.mov", "no_face.mp4"]


def bench(*arguments):
    return json.loads(subprocess.run([PROGRAM, "bench", "--json", *arguments], check=True, capture_output=True).stdout)


def runtime_times(model):
    """Processor milliseconds a face in ONNX Runtime, one thread: alone and in batches of 16."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    times = []
    for batch in (1, 16):
        faces = np.random.default_rng(1).normal(size=(batch, 1, 48, 48)).astype(np.float32)
        runs = []
        for _ in range(640 // batch):
            begun = time.thread_time()
            session.run(None, {name: faces})
            runs.append((time.thread_time() - begun) / batch * 1000)
        times.append(statistics.median(runs))
    return times


def networks():
    """Ours and ONNX Runtime, in turns; the median of three."""
    yield "| network | mien, alone / in 16s | ONNX Runtime, alone / in 16s |"
    yield "| --- | --- | --- |"
    for model in [ROOT / "models" / "mien.onnx", ROOT / "models" / "report.onnx"]:
        rounds = []
        for _ in range(3):
            ours = bench("--model", str(model), "--network-only")["network"]
            rounds.append([ours["batch_1_ms"], ours["batch_16_ms"], *runtime_times(model)])
        one, sixteen, their_one, their_sixteen = (statistics.median(column) for column in zip(*rounds))
        yield f"| {model.stem} | {one:.3f} / {sixteen:.3f} ms | {their_one:.3f} / {their_sixteen:.3f} ms |"


def clips():
    yield "| clip | processor time a frame | of it decode, detect, classify | plain way | ratio | frames with a face, plain |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for clip in CLIPS:
        found = bench("--plain", str(MEDIA / clip))
        run, plain = found["run"], found["plain"]
        parts = ", ".join(f"{run[stage + '_ms']:.2f}" for stage in ("decode", "detect", "classify"))
        yield (
            f"| {clip} | {run['processor_ms_per_frame']:.2f} ms | {parts} | {plain['processor_ms_per_frame']:.2f} ms "
            f"| {found['speedup']:.1f} | {run['frames_with_faces']} of {run['frames']}, "
            f"{plain['frames_with_faces']} |")


def start():
    """Wall and processor seconds, and memory, from the start of the process to the label of a photo."""
    walls, processors = [], []
    for _ in range(7):
        begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([PROGRAM, "image", str(MEDIA / "astronaut_exif6.jpg")], check=True, capture_output=True)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.monotonic() - begun)
        processors.append(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)
    memory = subprocess.run(
        ["/usr/bin/time", "-f", "%M", PROGRAM, "image", str(MEDIA / "astronaut_exif6.jpg")],
        check=True, capture_output=True, text=True).stderr
    yield (
        f"A photo of 512x512, whole process: {statistics.median(walls):.3f} s on the clock, "
        f"{statistics.median(processors):.3f} s of processor time, {int(memory) // 1000} MB resident at most.")


def main():
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    load = open("/proc/loadavg").read().split()[0]
    lines = [
        "# Benchmarks", "",
        f"Written by `scripts/bench` at commit {commit}, on {cpu} (load average {load} at the start; all of one run).",
        "Times are processor time, on one thread, unless they say otherwise.", "",
        "## The network, a face", "", *networks(), "",
        "## Recordings", "",
        "`mien bench --plain`: the plain way scans each frame in full, as tutorials do (steps of 1.1, five neighbours,",
        "faces from 48 pixels on), with the same cascade and network and without their conversion to colour and back.", "",
        *clips(), "",
        "## Start", "", *start(), "",
    ]
    (ROOT / "BENCHMARKS.md").write_text("\n".join(lines))
    print("\n".join(lines))


main()
