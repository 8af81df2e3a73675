"""Measures mien, and writes BENCHMARKS.md: see scripts/bench.

usage: bench.py PROGRAM
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

from bench_start import starts

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEDIA = ROOT.parent / "shared" / "media"
PROGRAM = sys.argv[1]
CLIPS = ["single_face.mp4", "headpose_male.mp4", "asl_eat.mkv", "two_walking.mp4", "noface_face.mov", "no_face.mp4"]
LOOPS = 6


def bench(*arguments, environment=None):
    found = subprocess.run(
        [PROGRAM, "bench", "--json", *map(str, arguments)], check=True, capture_output=True,
        env=os.environ | (environment or {}))
    return json.loads(found.stdout)


def rounds(count, *commands):
    """Runs each command (arguments of bench) in turns, `count` times; the answers of each."""
    answers = [[] for _ in commands]
    for _ in range(count):
        for command, of_it in zip(commands, answers):
            of_it.append(bench(*command))
    return answers


def median(answers, figure):
    return statistics.median(figure(answer) for answer in answers)


def cost(answer):
    return answer["run"]["processor_ms_per_frame"]


def cost_without_decoding(answer):
    return cost(answer) - answer["run"]["decode_ms"]


# --- Inputs, made for the run -------------------------------------------------------------------------------------

def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def looped(clip, folder, loops=LOOPS):
    target = folder / f"{loops} times {clip}"
    ffmpeg("-stream_loop", loops - 1, "-i", MEDIA / clip, "-map", "0:v:0", "-c", "copy", target)
    return target


def scaled(width, height, folder):
    target = folder / f"{width}x{height}.mp4"
    ffmpeg("-i", MEDIA / "single_face.mp4", "-an", "-vf", f"scale={width}:{height}", "-preset", "ultrafast", target)
    return target


def still(filters, name, folder):
    """A recording of five people who keep still, 96 frames of 960x640."""
    target = folder / name
    ffmpeg(
        "-loop", 1, "-i", MEDIA / "multi_face.jpg", "-frames:v", 96, "-vf", ",".join(["scale=960:640", *filters]),
        "-pix_fmt", "yuv420p", "-preset", "ultrafast", target)
    return target


def five_and_one(folder):
    """The same picture with all its faces, and with all but one painted over."""
    five = still([], "five.mp4", folder)
    lines = subprocess.run(
        [PROGRAM, "video", "--quiet", str(five), "--jsonl", "-"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    faces = json.loads(lines[1])["faces"]
    boxes = [
        f"drawbox=x={x}:y={y}:w={width}:h={height}:color=gray:t=fill"
        for x, y, width, height in (face["box"] for face in faces[1:])]
    return five, still(boxes, "one.mp4", folder)


# --- Sections -----------------------------------------------------------------------------------------------------

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
        runs = []
        for _ in range(3):
            ours = bench("--model", model, "--network-only")["network"]
            runs.append([ours["batch_1_ms"], ours["batch_16_ms"], *runtime_times(model)])
        one, sixteen, their_one, their_sixteen = (statistics.median(column) for column in zip(*runs))
        yield f"| {model.stem} | {one:.3f} / {sixteen:.3f} ms | {their_one:.3f} / {their_sixteen:.3f} ms |"


def recordings(folder, figures):
    yield "| clip | processor time a frame | of it decode, detect, classify | plain way | ratio | frames with a face: mien, plain, both |"
    yield "| --- | --- | --- | --- | --- | --- |"
    speedups, shares, false_faces = {}, {}, 0
    for clip in CLIPS:
        found = bench("--plain", looped(clip, folder))
        run, plain, both = found["run"], found["plain"], found["shared_frames_with_faces"]
        speedups[clip] = found["speedup"]
        shares[clip] = both / plain["frames_with_faces"] if plain["frames_with_faces"] else 1
        if clip == "no_face.mp4":
            false_faces = f"{run['faces']}, plain {plain['faces']}"
        parts = ", ".join(f"{run[stage + '_ms']:.2f}" for stage in ("decode", "detect", "classify"))
        yield (
            f"| {clip} | {cost(found):.2f} ms | {parts} | {plain['processor_ms_per_frame']:.2f} ms "
            f"| {found['speedup']:.1f} | {run['frames_with_faces']} of {run['frames']}, {plain['frames_with_faces']}, {both} |")
    ordered = sorted(speedups.values())
    figures["speedup"] = f"{statistics.median(ordered):.1f} in the median, {ordered[0]:.1f} to {ordered[-1]:.1f}"
    figures["recall"] = f"{100 * min(shares.values()):.1f} % at least"
    figures["false"] = false_faces


def measure(folder, figures):
    """What the table of targets needs besides."""
    single = looped("single_face.mp4", folder)
    (ours,) = rounds(3, ["--repeats", 2, single])
    figures["cost"] = f"{median(ours, cost):.2f} ms"
    figures["memory"] = f"{median(ours, lambda answer: answer['peak_memory_bytes']) / 1e6:.0f} MB"

    # Long, since at a recording's end there is not work for all.
    long = looped("single_face.mp4", folder, 4 * LOOPS)
    one, two = rounds(3, ["--threads", 1, long], ["--threads", 2, long])
    rate = lambda answer: answer["run"]["frames_per_second"]
    figures["threads"] = f"{statistics.median(rate(b) / rate(a) for a, b in zip(one, two)):.2f}"

    large, small = rounds(3, [scaled(3840, 2160, folder)], [scaled(1280, 720, folder)])
    pairs = zip(large, small)
    figures["size"] = f"{statistics.median(cost_without_decoding(a) / cost_without_decoding(b) for a, b in pairs):.2f}"
    figures["large memory"] = f"{median(large, lambda answer: answer['peak_memory_bytes']) / 1e6:.0f} MB"

    five, lone = five_and_one(folder)
    many, few = rounds(3, ["--repeats", 4, five], ["--repeats", 4, lone])
    ratio = statistics.median(cost(a) / cost(b) for a, b in zip(many, few))
    figures["faces"] = f"{ratio:.2f} ({many[0]['run']['faces'] / many[0]['run']['frames']:.1f} against "
    figures["faces"] += f"{few[0]['run']['faces'] / few[0]['run']['frames']:.1f} faces a frame)"

    (live,) = rounds(3, ["--live"])
    latency = lambda key: median(live, lambda answer: answer["run"]["latency_ms"][key])
    figures["latency"] = f"{latency('median'):.1f} ms, {latency('p99'):.1f} ms"
    figures["share"] = f"{100 * median(live, lambda answer: answer['run']['processor_share']):.1f} % of one core"

    counter = folder / "allocations.so"
    source = ROOT / "Tests" / "AllocationCounter"
    subprocess.run(
        ["cc", "-O2", "-shared", "-fPIC", "-I", source / "include", source / "allocations.c", "-o", counter], check=True)
    counted = bench("--repeats", 2, single, environment={"LD_PRELOAD": str(counter)})
    figures["allocations"] = (
        f"{counted['run']['own_allocations_per_frame']:.2f}; with oneDNN's, OpenCV's and FFmpeg's "
        f"{counted['run']['allocations_per_frame']:.0f}")


def start(figures):
    """Wall and processor seconds, and memory, from the start of the process to the label of a photo."""
    (wall, processor, memory), = starts([PROGRAM])
    figures["start"] = f"{wall:.3f} s, {processor:.3f} s of processor time"
    yield (
        f"A photo of 512x512, whole process: {wall:.3f} s on the clock, {processor:.3f} s of processor time, "
        f"{memory:.0f} MB resident at most.")


TARGETS = [
    ("processor time against the plain way, looped clips", "10 times", "20 times", "speedup"),
    ("processor time a frame, 640x360, one face, all stages", "3.5 ms", "2 ms", "cost"),
    ("share of the plain way's frames with a face that mien has too", "99.5 %", "", "recall"),
    ("faces that aren't there, no_face.mp4", "not more than plain", "none", "false"),
    ("two threads against one, frames a second", "1.8", "1.95", "threads"),
    ("arrival to label, live 640x480 at 30: median, 99th percentile", "6 ms, 15 ms", "3 ms, 8 ms", "latency"),
    ("processor time live, 640x480 at 30", "15 % of one core", "8 %", "share"),
    ("3840x2160 against 1280x720, without decoding", "1.5", "1.2", "size"),
    ("five faces against one", "2.5", "1.5", "faces"),
    ("peak memory, 640x360", "80 MB", "60 MB", "memory"),
    ("peak memory, 3840x2160", "250 MB", "150 MB", "large memory"),
    ("process start to first label, a photo", "0.10 s", "0.06 s", "start"),
    ("pieces of memory a frame, once warm", "none in our own code", "", "allocations"),
]


def targets(figures):
    yield "| | target | stretch | measured |"
    yield "| --- | --- | --- | --- |"
    for what, target, stretch, key in TARGETS:
        yield f"| {what} | {target} | {stretch} | {figures[key]} |"


def main():
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    load = open("/proc/loadavg").read().split()[0]
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        network_lines, recording_lines = list(networks()), list(recordings(folder, figures))
        measure(folder, figures)
        start_lines = list(start(figures))
    lines = [
        "# Benchmarks", "",
        f"Written by `scripts/bench` at commit {commit}, on {cpu} (load average {load} at the start; all of one run).",
        "Times are processor time, on one thread, unless they say otherwise; on a machine that others use they are longer",
        "than on an idle one, and only ratios within one run can be compared with another run's.", "",
        "## Targets", "", *targets(figures), "",
        "## The network, a face", "", *network_lines, "",
        "## Recordings", "",
        f"`mien bench --plain`, each clip {LOOPS} times over: the plain way scans each frame in full, as tutorials do (steps",
        "of 1.1, five neighbours, faces from 48 pixels on), with the same cascade and network and without their conversion",
        "to colour and back.", "",
        *recording_lines, "",
        "## Start", "", *start_lines, "",
    ]
    (ROOT / "BENCHMARKS.md").write_text("\n".join(lines))
    print("\n".join(lines))


main()
