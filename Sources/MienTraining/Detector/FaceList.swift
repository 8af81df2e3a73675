import MienVision

/// Pictures in a folder and a CSV of the faces in them: `file,x,y,width,height`, then where they are known
/// `right_eye_x,right_eye_y,left_eye_x,...,nose_x,...,right_mouth_x,...,left_mouth_x,left_mouth_y`, `score` and `person`.
struct FaceList: Sendable {
    struct Face: Sendable {
        var file: String
        /// x, y, width and height of the box, in pixels.
        var box: SIMD4<Float>
        /// Nil where there are none.
        var points: FacePoints?
        /// How certain it is that this is a face, 0 to 1.
        var score: Float = 1
        /// Faces of one person have the same; -1: nobody knows whose it is.
        var person = -1

        /// The square that a detector should frame.
        var place: FacePlace {
            points?.place
                ?? FacePlace(x: box[0] + box[2] / 2, y: box[1] + box[3] / 2, side: (box[2] * box[3]).squareRoot())
        }
    }

    var faces: [Face] = []

    /// Reads the CSV at `path`. Columns may stand in any order, and there may be others.
    init(_ path: String) throws(DataError) {
        var lines = try LineReader(path)
        let header = try lines.next().map { Fields.names($0) } ?? []
        func column(_ name: String) -> Int? { header.firstIndex(of: name) }
        let needed = ["file", "x", "y", "width", "height"].map(column)
        guard !needed.contains(nil) else {
            throw DataError("\(path):1: the columns file, x, y, width and height are expected")
        }
        let points = FacePoints.columns.map(column)
        while let line = try lines.next() {
            let fields = Self.fields(line)
            if fields.allSatisfy(\.isEmpty) { continue }
            func number(_ column: Int?) throws(DataError) -> Float? {
                guard let column, column < fields.count, !fields[column].isEmpty else { return nil }
                guard let value = Float(fields[column]), value.isFinite else {
                    throw DataError("\(path):\(lines.number): \(fields[column]) is no number")
                }
                return value
            }
            var numbers: [Float] = []
            for column in needed.dropFirst() {
                guard let value = try number(column) else {
                    throw DataError("\(path):\(lines.number): a file and four numbers of a box are expected")
                }
                numbers.append(value)
            }
            guard let name = needed[0], name < fields.count, !fields[name].isEmpty else {
                throw DataError("\(path):\(lines.number): the file's name is missing")
            }
            var face = Face(file: fields[name], box: SIMD4(numbers))
            if !points.contains(nil) {
                var values: [Float] = []
                for column in points { if let value = try number(column) { values.append(value) } }
                if values.count == points.count { face.points = FacePoints(values) }
            }
            face.score = try number(column("score")) ?? 1
            face.person = try number(column("person")).map { Int($0) } ?? -1
            guard face.place.side > 0 else { throw DataError("\(path):\(lines.number): the box has no size") }
            faces.append(face)
        }
    }

    private static func fields(_ line: UnsafeBufferPointer<UInt8>) -> [String] {
        var (fields, texts) = (Fields(line), [String]())
        while let field = fields.next() { texts.append(String(String(decoding: field, as: UTF8.self).trimmed)) }
        return texts
    }
}

/// Eyes, nose and corners of the mouth, in pixels; right and left are the person's.
struct FacePoints: Sendable {
    var rightEye, leftEye, nose, rightMouth, leftMouth: SIMD2<Float>

    static let columns = ["right_eye", "left_eye", "nose", "right_mouth", "left_mouth"].flatMap {
        ["\($0)_x", "\($0)_y"]
    }

    /// In the order of `columns`.
    init(_ values: [Float]) {
        func point(_ index: Int) -> SIMD2<Float> { SIMD2(values[2 * index], values[2 * index + 1]) }
        (rightEye, leftEye, nose) = (point(0), point(1), point(2))
        (rightMouth, leftMouth) = (point(3), point(4))
    }

    var place: FacePlace {
        FacePlace(rightEye: rightEye, leftEye: leftEye, rightMouth: rightMouth, leftMouth: leftMouth)
    }
}
