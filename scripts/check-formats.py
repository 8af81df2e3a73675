"""Holds results against their description: every line of JSON Lines, every column, every member."""
import csv
import json
import pathlib
import re
import sys

import jsonschema

folder = pathlib.Path(sys.argv[1])
docs = pathlib.Path("docs")
schema = json.loads((docs / "result.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
header, frame = (
    jsonschema.Draft202012Validator({**schema, "oneOf": [{"$ref": f"#/$defs/{kind}"}]}) for kind in ("header", "frame")
)
named = set(re.findall(r"`([a-z_.]+)`", (docs / "formats.md").read_text()))


def check(condition, *what):
    if not condition:
        sys.exit("mien's formats: " + " ".join(map(str, what)))


def check_names(names, where):
    check(set(names) <= named, where, "has what docs/formats.md doesn't name:", set(names) - named)


frames = 0
for path in sorted(folder.rglob("*.jsonl")):
    if path.name in ("progress.jsonl", "failures.jsonl") or path.name.startswith("."):
        continue
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    header.validate(lines[0])
    for line in lines[1:]:
        frame.validate(line)
        for face in line["faces"]:
            x, y, width, height = face["box"]
            check(x + width <= line["width"] and y + height <= line["height"], path, "has a box outside:", line)
            check(abs(sum(face["probabilities"].values()) - 1) < 1e-3, path, "has shares that don't add up:", line)
            check(face["confidence"] == face["probabilities"][face["label"]], path, "contradicts itself:", line)
    frames += len(lines) - 1
    # CSV beside it says the same.
    with open(path.with_suffix(".csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    check_names(set(rows[0] if rows else []) - set(schema["$defs"]["label"]["enum"]), path.with_suffix(".csv"))
    faces = [(line, face) for line in lines[1:] for face in line["faces"]]
    check(len(rows) == len(faces), path, "has", len(faces), "faces, and CSV", len(rows))
    for row, (line, face) in zip(rows, faces):
        theirs = [row["source"], int(row["frame"]), float(row["time"]), int(row["id"]), row["label"], row["smoothed_label"]]
        ours = [line["source"], line["frame"], line["time"], face["id"], face["label"], face["smoothed"]["label"]]
        check(theirs == ours, path, "differs from CSV:", ours, theirs)
        check([int(row[name]) for name in ("x", "y", "width", "height")] == face["box"], path, row)
        check({name: float(row[name]) for name in face["probabilities"]} == face["probabilities"], path, row)

# The schema must be able to say no.
for fault in ({"frame": -1}, {"more": 1}, {"faces": [{}]}, {"time": "0"}):
    check(not frame.is_valid({**lines[1], **fault}), "the schema allows", fault)

stats = json.loads((folder / "stats.json").read_text())
check_names(list(stats) + list(stats["stages"]), "--stats")
progress = folder / "progress.jsonl"
if progress.exists():
    for line in progress.read_text().splitlines():
        if not line.startswith("mien: "):
            check_names(json.loads(line), "--progress json")
failure = jsonschema.Draft202012Validator(json.loads((docs / "failure.schema.json").read_text()))
failures = [json.loads(line) for line in (folder / "failures.jsonl").read_text().splitlines()]
check([line["retry"] for line in failures] == [False, True], "--failures says", failures)
for line in failures:
    failure.validate(line)
    check_names(line, "--failures")
for path in folder.rglob(".*.mien.json"):
    record = json.loads(path.read_text())
    check_names([*record, *record["input"], *(name for output in record["outputs"] for name in output)], path)
    for output in record["outputs"]:
        check((path.parent / output["file"]).stat().st_size == output["bytes"], path, "has another size of", output)
print(f"{frames} frames agree with docs/result.schema.json")
