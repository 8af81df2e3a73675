"""Makes tiny networks as other people's programs export them, and says what ONNX Runtime answers: see
scripts/check-foreign-models.

usage: foreign-models.py torch|keras FOLDER

Writes NAME.onnx with NAME.txt, the options that mien needs, and NAME.answers.npy: the shares of the six expressions for
each of 40 pictures, which pictures.csv has.
"""
import os
import pathlib
import sys
import warnings

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
warnings.filterwarnings("ignore")
import numpy as np
import onnx
import onnxruntime

KIND, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
SIX = ["angry", "fear", "happy", "neutral", "sad", "surprise"]
FER2013 = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
FERPLUS = ["neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt"]
IMAGENET = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32)


def pictures(count=40):
    random = np.random.default_rng(2)
    coarse = np.kron(random.integers(-128, 128, (count, 12, 12)), np.ones((4, 4))) + random.integers(-20, 20, (count, 48, 48))
    contrast, light = random.uniform(0.1, 1, (count, 1, 1)), random.uniform(60, 200, (count, 1, 1))
    return np.clip(coarse * contrast + light, 0, 255).astype(np.uint8)


PICTURES = pictures()


def halved(pictures):
    count = len(pictures)
    return np.floor(pictures.reshape(count, 24, 2, 24, 2).mean((2, 4)) + 0.5)


def record(name, inputs, classes, options):
    """What ONNX Runtime says of `inputs`, as shares of the six."""
    session = onnxruntime.InferenceSession(str(FOLDER / f"{name}.onnx"), providers=["CPUExecutionProvider"])
    key = session.get_inputs()[0].name
    found = np.concatenate([session.run(None, {key: one[None].astype(np.float32)})[0] for one in inputs])
    found = found.reshape(len(inputs), len(classes))
    if not (np.all(found >= 0) and np.allclose(found.sum(1), 1, atol=1e-3)):
        found = np.exp(found - found.max(1, keepdims=True))
    six = found[:, [classes.index(name) for name in SIX]]
    np.save(FOLDER / f"{name}.answers.npy", six / six.sum(1, keepdims=True))
    (FOLDER / f"{name}.txt").write_text("\n".join(options))


def torch_networks():
    import torch
    from torch import nn

    torch.manual_seed(3)
    torch.set_num_threads(1)

    def network(channels, classes, inputs, *end):
        """Sure of its answers, and not the same for all of `inputs`, so that a mistake anywhere shows."""
        layers = nn.Sequential(
            nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(channels, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU6(),
            nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.BatchNorm2d(8), nn.SiLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 1), nn.Hardswish(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, classes), *end)
        for layer in layers:
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.normal_(0, 0.2)
                layer.running_var.uniform_(0.05, 0.2)
        layers.eval()
        with torch.no_grad():
            logits = layers[:13](torch.tensor(inputs, dtype=torch.float32))
            layers[12].weight *= 2 / logits.std(0)[:, None]
            layers[12].bias[:] = -(layers[:13](torch.tensor(inputs, dtype=torch.float32)).mean(0) - layers[12].bias)
        return layers

    colour = (halved(PICTURES)[:, None] / 255 - IMAGENET[0].reshape(1, 3, 1, 1)) / IMAGENET[1].reshape(1, 3, 1, 1)
    grey = PICTURES[:, None] / np.float32(127.5) - 1
    # As most people export: colour, logits, any batch.
    torch.onnx.export(
        network(3, 8, colour), (torch.zeros(1, 3, 24, 24),), str(FOLDER / "torchscript.onnx"), dynamo=False,
        input_names=["input"], output_names=["logits"], dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}})
    record("torchscript", colour, FERPLUS, ["--model-classes", "ferplus", "--model-normalisation", "imagenet"])

    # The newer exporter, as it is: weights in a file of their own. Classes from metadata.
    program = FOLDER / "dynamo.onnx"
    torch.onnx.export(network(1, 7, grey, nn.LogSoftmax(1)), (torch.zeros(1, 1, 48, 48),), str(program))
    assert (FOLDER / "dynamo.onnx.data").exists()
    model = onnx.load(program, load_external_data=False)
    for key, value in [("names", str(dict(enumerate(FER2013)))), ("mien.normalisation", "symmetric")]:
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    program.write_bytes(model.SerializeToString())
    record("dynamo", grey, FER2013, [])

    # The size of the picture left open.
    torch.onnx.export(
        network(1, 6, PICTURES[:, None], nn.Softmax(1)), (torch.zeros(1, 1, 48, 48),), str(FOLDER / "open.onnx"), dynamo=False,
        input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n", 2: "h", 3: "w"}, "y": {0: "n"}})
    record(
        "open", PICTURES[:, None], SIX,
        ["--model-input", "1x48x48", "--model-classes", ",".join(SIX), "--model-normalisation", "raw"])


def keras_networks():
    import tensorflow as tf
    import tf2onnx
    from tensorflow import keras

    keras.utils.set_random_seed(4)
    layers = keras.layers

    def export(name, model, shape):
        signature = [tf.TensorSpec((None, *shape), tf.float32, name="face")]
        tf2onnx.convert.from_keras(model, signature, opset=17, output_path=str(FOLDER / f"{name}.onnx"))

    def bold(deviation):
        return keras.initializers.RandomNormal(0, deviation)

    # Kaggle's usual network for FER2013, made small: height, width, channels; softmax.
    model = keras.Sequential([
        keras.Input((48, 48, 1)), layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
        layers.BatchNormalization(), layers.DepthwiseConv2D(3, padding="same"), layers.LeakyReLU(),
        layers.MaxPooling2D(2), layers.Dropout(0.25), layers.Flatten(), layers.Dense(16, activation="elu"),
        layers.Dense(7, activation="softmax", kernel_initializer=bold(1))])
    export("keras", model, (48, 48, 1))
    record(
        "keras", PICTURES[..., None] / np.float32(255), FER2013,
        ["--model-classes", "fer2013", "--model-normalisation", "unit"])

    # Colour, with its normalisation inside, and padding of its own.
    face = keras.Input((24, 24, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(face)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.SeparableConv2D(8, 3, strides=2, activation="swish")(x)
    side = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Multiply()([x, layers.Conv2D(8, 1, activation="sigmoid")(side)])
    x = layers.Add()([x, layers.Conv2D(8, 3, padding="same")(x)])
    x = layers.Dense(8, kernel_initializer=bold(4))(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(face, x)
    inputs = np.repeat(halved(PICTURES)[..., None], 3, 3)
    logits = model.predict(inputs, verbose=0)
    weights, bias = model.layers[-1].get_weights()
    factor = 2 / logits.std(0)
    model.layers[-1].set_weights([weights * factor, -(logits - bias).mean(0) * factor])
    export("keras-colour", model, (24, 24, 3))
    record(
        "keras-colour", inputs, FERPLUS,
        ["--model-classes", ",".join(FERPLUS), "--model-normalisation", "raw"])


with open(FOLDER / "pictures.csv", "w") as file:
    print("emotion,pixels,Usage", file=file)
    for picture in PICTURES:
        print(f"3,{' '.join(map(str, picture.ravel()))},PublicTest", file=file)
{"torch": torch_networks, "keras": keras_networks}[KIND]()
