"""What scripts/measure-detection runs."""

import argparse, csv, json, os, pathlib, subprocess, tempfile
from PIL import Image
from yunet import YuNet, overlap

SIZES = (12, 16, 24, 40, 80)


def listed(folder):
    """The faces of each file: x, y, width, height."""
    own = sorted(folder.glob("*.csv"))
    faces = {}
    with open(own[0] if own else folder.with_suffix(".csv")) as file:
        for row in csv.DictReader(file):
            faces.setdefault(row["file"], []).append([float(row[key]) for key in ("x", "y", "width", "height")])
    return faces


def matches(found, wanted):
    if overlap(found, wanted) >= 0.3:
        return True
    dx, dy = (found[axis] + found[axis + 2] / 2 - wanted[axis] - wanted[axis + 2] / 2 for axis in (0, 1))
    ratio = (found[2] * found[3]) / (wanted[2] * wanted[3])
    side = (wanted[2] * wanted[3]) ** 0.5
    return max(abs(dx), abs(dy)) <= side / 3 and 1 / 4 <= ratio <= 4


def score(found, wanted, reductions):
    """Recall and false faces, and recall by the faces' sides as they were looked at."""
    sizes = {size: [0, 0] for size in (*SIZES, None)}
    false = 0
    for file, faces in wanted.items():
        rest = list(faces)
        hits = []
        for face in sorted(found.get(file, []), key=lambda face: -face[4]):
            best = max((other for other in rest if matches(face, other)), key=lambda other: overlap(face, other), default=None)
            if best is not None:
                rest.remove(best)
                hits.append(best)
            elif not any(matches(face, other) for other in faces):
                false += 1
        for face in faces:
            side = (face[2] * face[3]) ** 0.5 / reductions[file]
            counts = sizes[next((size for size in SIZES if side < size), None)]
            counts[0] += 1
            counts[1] += face in hits
    total = [sum(counts[index] for counts in sizes.values()) for index in (0, 1)]
    return total, false, sizes


def ours(model, folder, files, arguments):
    with tempfile.NamedTemporaryFile(suffix=".csv") as out:
        command = [os.environ["MIEN_PROGRAM"], "evaluate-detector", "--data", folder, "--model", model, "--pixels",
                   str(arguments.pixels), "--every", str(arguments.every), "--min-score", str(arguments.limit), "--found", out.name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = {}
        for row in csv.DictReader(open(out.name)):
            found.setdefault(row["file"], []).append([float(row[key]) for key in ("x", "y", "width", "height", "score")])
        return found


def cascade(pictures, reductions):
    """As `mien image` finds them: the pictures are given at the size at which all look at them."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for file, picture in pictures.items():
            name = f"{folder}/{len(names)}.pgm"
            picture.save(name)
            names[name] = file
        out = subprocess.run([os.environ["MIEN_PROGRAM"], "image", "-q", *names], check=True, capture_output=True, text=True).stdout
        for line in out.splitlines():
            record = json.loads(line)
            if "source" in record:
                file = names[record["source"]]
                for face in record["faces"]:
                    found.setdefault(file, []).append([value * reductions[file] for value in face["box"]] + [1])
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--detector", action="append", default=[])
    parser.add_argument("--yunet")
    parser.add_argument("--no-cascade", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--pixels", type=int, default=640 * 360)
    parser.add_argument("--limit", type=float, default=0.5)
    arguments = parser.parse_args()
    wanted = listed(arguments.folder)
    wanted = {file: wanted[file] for file in sorted(wanted)[:: arguments.every]}
    pictures, reductions = {}, {}
    for file in wanted:
        picture = Image.open(arguments.folder / file).convert("L")
        reductions[file] = max((picture.width * picture.height / arguments.pixels) ** 0.5, 1)
        size = [max(int(side / reductions[file]), 1) for side in picture.size]
        pictures[file] = picture.resize(size, Image.Resampling.BOX) if reductions[file] > 1 else picture
    answers = {pathlib.Path(model).name: ours(model, arguments.folder, wanted, arguments) for model in arguments.detector}
    if arguments.yunet:
        yunet = YuNet(arguments.yunet)
        answers["YuNet at 0.6"] = {
            file: [[*(row[:4] * reductions[file]), row[14]] for row in yunet.find(picture, 0.6)]
            for file, picture in pictures.items()
        }
    if not arguments.no_cascade:
        answers["cascade"] = cascade(pictures, reductions)
    limits = [0, *SIZES, "..."]
    names = [f"{low}-{high} px" for low, high in zip(limits, limits[1:])]
    print(f"| {arguments.folder.name}: {sum(map(len, wanted.values()))} faces in {len(wanted)} pictures | found % | false |",
          " | ".join(names), "|")
    print("| ---" * (3 + len(names)), "|", sep="")
    for name, found in answers.items():
        total, false, sizes = score(found, wanted, reductions)
        cells = [f"{100 * hit / count:.1f} of {count}" if count else "" for count, hit in sizes.values()]
        print(f"| {name} | {100 * total[1] / max(total[0], 1):.1f} | {false} |", " | ".join(cells), "|")


main()
