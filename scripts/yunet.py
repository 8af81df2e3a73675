"""OpenCV's YuNet by ONNX Runtime, on luma: what scripts/measure-detection compares with, and scripts/detector-data asks."""

import numpy as np, onnxruntime

SIDE = 640


class YuNet:
    def __init__(self, path, threads=1):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def find(self, grey, score):
        """Faces in a Pillow picture of luma, which is reduced or enlarged to fit into 640x640: rows of x, y, width, height, ten
        numbers of five points (right eye, left eye, nose, right and left corner of the mouth) and score, the best first."""
        scale = min(SIDE / grey.width, SIDE / grey.height, 2)
        size = (max(round(grey.width * scale), 1), max(round(grey.height * scale), 1))
        canvas = np.zeros((SIDE, SIDE), np.float32)
        canvas[: size[1], : size[0]] = np.asarray(grey.resize(size, 3 if scale > 1 else 4), np.float32)
        names = [output.name for output in self.session.get_outputs()]
        answers = dict(zip(names, self.session.run(None, {"input": np.stack([canvas] * 3)[None]})))
        rows = []
        for stride in (8, 16, 32):
            cls, obj, box, points = (answers[f"{key}_{stride}"][0] for key in ("cls", "obj", "bbox", "kps"))
            scores = np.sqrt(np.clip(cls[:, 0], 0, 1) * np.clip(obj[:, 0], 0, 1))
            for cell in np.flatnonzero(scores >= score):
                y, x = divmod(int(cell), SIDE // stride)
                middle = np.array([x, y]) * stride + box[cell, :2] * stride
                extent = np.exp(box[cell, 2:]) * stride
                where = points[cell].reshape(5, 2) * stride + np.array([x, y]) * stride
                rows.append(np.concatenate([middle - extent / 2, extent, where.ravel(), [scores[cell]]]))
        rows.sort(key=lambda row: -row[-1])
        kept = []
        for row in rows:
            if all(overlap(row, other) <= 0.3 for other in kept):
                kept.append(row)
        for row in kept:
            row[:14] /= scale
        return kept


def overlap(a, b):
    """Intersection over union of two boxes of x, y, width, height."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)
