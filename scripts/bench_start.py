"""Measures how long a program takes from its start to the label of a photo: in turns, where there are several.

usage: bench_start.py PROGRAM...
"""
import os
import pathlib
import statistics
import subprocess
import sys
import time

PHOTO = pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "media" / "astronaut_exif6.jpg"


def starts(programs, rounds=25):
    """Of each program: wall seconds, processor seconds, megabytes resident at most; medians of the whole process."""
    measured = [[] for _ in programs]
    for _ in range(rounds):
        for program, of_it in zip(programs, measured):
            begun = time.monotonic()
            process = subprocess.Popen([program, "image", str(PHOTO)], stdout=subprocess.DEVNULL)
            _, status, used = os.wait4(process.pid, 0)
            assert status == 0, f"{program} can't label {PHOTO}"
            of_it.append((time.monotonic() - begun, used.ru_utime + used.ru_stime))
    return [(*map(statistics.median, zip(*of_it)), memory(program)) for program, of_it in zip(programs, measured)]


def memory(program):
    # By a small parent: what a large one has resident counts as its child's.
    timed = subprocess.run(
        ["/usr/bin/time", "-f", "%M", program, "image", str(PHOTO)], check=True, capture_output=True, text=True)
    return int(timed.stderr) / 1000


if __name__ == "__main__":
    for program, (wall, processor, memory) in zip(sys.argv[1:], starts(sys.argv[1:])):
        print(f"{program}: {wall:.3f} s, {processor:.3f} s of processor time, {memory:.0f} MB")
