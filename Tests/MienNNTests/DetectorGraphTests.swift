import Foundation
import MienNN
import Testing

/// Networks that find faces: trunks of separable convolutions with three outputs or twelve, for pictures of any size.
@Suite("Detectors")
struct DetectorGraphTests {
    @Test("Ours gives what plain loops give, for pictures of two sizes, and as a file of any size")
    func ours() throws {
        var graph = try Architecture.detector.graph(seed: 1)
        // Nothing stays at the neutral value that hides mistakes.
        var random = Random(seed: 8)
        for (name, tensor) in graph.tensors.sorted(by: { $0.key < $1.key }) where !name.hasSuffix(".scales") {
            let noise = random.numbers(tensor.values.count)
            graph.tensors[name]?.values = zip(tensor.values, noise).map { $0 + 0.05 * $1 }
        }
        for (height, width) in [(32, 64), (96, 32)] {
            try expectAgreement(graph.withPictureSize(height: height, width: width), samples: 1)
        }
        let file = try Model(onnx: Model(graph: graph.withPictureSize(height: nil, width: nil)).onnx())
        #expect(try Network(file, pictureSize: (64, 64)).outputs.map(\.shape) == [[6, 8, 8], [6, 4, 4], [6, 2, 2]])
    }

    private static let yunet = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/models/yunet.onnx")

    @Test(
        "OpenCV's YuNet gives what plain loops give",
        .enabled(if: FileManager.default.fileExists(atPath: yunet.path), "needs ../shared/models/yunet.onnx"))
    func yuNet() throws {
        let model = try Model(onnx: Array(Data(contentsOf: Self.yunet)))
        #expect(model.graph.outputs.count == 12)
        #expect(try Network(model).inputShape == [3, 640, 640])
        try expectAgreement(model.graph.withPictureSize(height: 64, width: 96), samples: 1, tolerance: 1e-4)
    }
}
