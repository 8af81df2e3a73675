import Glibc
import MienVision
import Testing

@Suite("Making faces of what the detector's network says")
struct DetectionDecoderTests {
    /// Outputs for a picture of 128x96, in which nothing is a face.
    private final class Outputs {
        var values = DetectorCell.strides.map { stride in
            [Float](repeating: -10, count: DetectorCell.channelCount * (128 / stride) * (96 / stride))
        }

        /// Says that there is a face, in the cell that has its middle.
        func put(_ place: FacePlace, logit: Float, level: Int) {
            let stride = DetectorCell.strides[level]
            let (width, height) = (128 / stride, 96 / stride)
            let (column, row) = (Int(place.x) / stride, Int(place.y) / stride)
            let angle = Double(place.roll) * .pi / 180
            let numbers: [Float] = [
                logit, (place.x - DetectorCell.middle(column, stride: stride)) / Float(stride),
                (place.y - DetectorCell.middle(row, stride: stride)) / Float(stride),
                Float(log(Double(place.side / (DetectorCell.sideInStrides * Float(stride))))), Float(cos(angle)),
                Float(sin(angle)),
            ]
            for (channel, number) in numbers.enumerated() {
                values[level][channel * width * height + row * width + column] = number
            }
        }

        func faces(lowestScore: Float = 0.5) -> [DetectedFace] {
            var decoder = DetectionDecoder(lowestScore: lowestScore)
            var faces = [DetectedFace(place: FacePlace(x: 0, y: 0, side: 1), score: 1)]
            values[0].withUnsafeBufferPointer { first in
                values[1].withUnsafeBufferPointer { second in
                    values[2].withUnsafeBufferPointer { third in
                        let outputs = zip(DetectorCell.strides, [first, second, third]).map { stride, values in
                            DetectionDecoder.Output(
                                stride: stride, width: 128 / stride, height: 96 / stride, values: values)
                        }
                        decoder.decode(outputs, into: &faces)
                    }
                }
            }
            return faces
        }
    }

    @Test("gives each face back where it was said to be, the best first") func places() {
        let outputs = Outputs()
        let places = [
            FacePlace(x: 20.5, y: 30.25, side: 14, roll: -40), FacePlace(x: 90, y: 22, side: 40, roll: 170),
            FacePlace(x: 60, y: 70, side: 30, roll: 5),
        ]
        for (level, place) in places.enumerated() { outputs.put(place, logit: Float(level + 1), level: level) }
        let faces = outputs.faces()
        #expect(faces.count == 3)
        for (face, place) in zip(faces, places.reversed()) {
            #expect(abs(face.place.x - place.x) < 0.01)
            #expect(abs(face.place.y - place.y) < 0.01)
            #expect(abs(face.place.side - place.side) < 0.01)
            #expect(abs(face.place.roll - place.roll) < 0.01)
        }
        #expect(faces.map(\.score) == faces.map(\.score).sorted(by: >))
    }

    @Test("of one face said several times keeps the most certain, and neighbours beside it") func suppression() {
        let outputs = Outputs()
        outputs.put(FacePlace(x: 40, y: 40, side: 32), logit: 1, level: 0)
        outputs.put(FacePlace(x: 43, y: 41, side: 30), logit: 3, level: 1)
        outputs.put(FacePlace(x: 40, y: 48, side: 12), logit: 2, level: 0)
        outputs.put(FacePlace(x: 70, y: 40, side: 32), logit: 0.5, level: 2)
        #expect(outputs.faces().map(\.place.x).map { $0.rounded() } == [43, 70])
    }

    @Test("makes no face of what is less certain, or of numbers that are none or absurd") func refusals() {
        let outputs = Outputs()
        let place = FacePlace(x: 40, y: 40, side: 32)
        outputs.put(place, logit: -0.1, level: 0)
        #expect(outputs.faces().isEmpty)
        #expect(outputs.faces(lowestScore: 0.4).count == 1)
        for channel in 0..<DetectorCell.channelCount {
            for bad in [Float.nan, .infinity, -.infinity, 1e30] {
                let outputs = Outputs()
                outputs.put(place, logit: 5, level: 0)
                outputs.values[0][channel * 16 * 12 + 5 * 16 + 5] = bad
                for face in outputs.faces() {
                    #expect(face.score > 0 && face.score <= 1)
                    #expect(face.place.side.isFinite && face.place.x.isFinite && face.place.y.isFinite)
                    #expect(abs(face.place.roll) <= 180)
                }
            }
        }
    }

    @Test("is bounded where everything is said to be a face, and reads nothing where an output is too short")
    func everything() {
        let outputs = Outputs()
        for level in outputs.values.indices {
            for index in outputs.values[level].indices { outputs.values[level][index] = 1 }
        }
        let faces = outputs.faces()
        #expect((1...256).contains(faces.count))
        outputs.values = [[], [1], [1, 2]]
        #expect(outputs.faces().isEmpty)
    }

    @Test("calls a roll positive where the eye on the picture's right is the lower one") func roll() {
        let upright = FacePlace(rightEye: [40, 50], leftEye: [60, 50], rightMouth: [43, 71], leftMouth: [57, 71])
        #expect(upright.roll == 0)
        #expect(abs(upright.x - 50) < 0.01 && abs(upright.y - 56.3) < 0.01)
        #expect((48...53).contains(upright.side))
        let turned = FacePlace(rightEye: [40, 40], leftEye: [60, 60], rightMouth: [28, 62], leftMouth: [38, 72])
        #expect(abs(turned.roll - 45) < 0.01)
    }
}
