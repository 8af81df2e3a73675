import Mien
import MienImage
import MienNN
import MienVision

// From files.
extension SceneSources {
    /// Longest side of what lies behind, in pixels: more can't be seen in a scene.
    private static let largestBackground = 1280
    /// What another detector found with less certainty than this may be a face or not.
    static let certain: Float = 0.6

    /// Reads a folder of heads with its CSV beside it or in it, another of frames, and others of pictures without faces.
    ///
    /// - Parameters:
    ///   - heads, frames: a folder, whose CSV is `FOLDER.csv` or lies in it; nil: there are none.
    ///   - backgrounds: any pictures.
    public init(
        heads: String, frames: String?, backgrounds: [String], faces: PictureSet? = nil, threads: Int
    ) throws(DataError) {
        self.init()
        try readHeads(heads, threads)
        if let frames { try readFrames(frames, threads) }
        for folder in backgrounds {
            let files = try GreyPictures.files(in: folder)
            let faults = GreyPictures.read(files, largest: Self.largestBackground, threads: threads) { _, view, _ in
                append(background: view)
            }
            self.faults += faults
        }
        if let faces { append(faces) }
        guard self.heads.count > 0 else { throw DataError("\(heads): there is no head in it") }
    }

    /// How much there is of everything, for people.
    public var summary: String {
        let faces = facesInFrames.joined().count(where: \.isCertain)
        return "\(heads.count) heads, \(frames.count) frames with \(faces) faces, \(backgrounds.count) backgrounds"
    }

    /// FER2013's pictures are 1.03 times the box that the cascade frames, in their middle (`FaceCropper.margin`).
    private mutating func append(_ faces: PictureSet) {
        let side = FacePicture.side
        let place = FacePlace(
            x: Float(side) / 2, y: Float(side) / 2, side: Float(side) / Float(FaceCropper.margin))
        for index in 0..<faces.count {
            faces.withPicture(index) { pixels in
                guard let base = pixels.baseAddress else { return }
                append(
                    head: PlaneView(base: base, width: side, height: side, stride: side), place, points: nil,
                    person: -1)
            }
        }
    }

    static func list(of folder: String) throws(DataError) -> FaceList {
        var path = folder
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let inside = try PictureFolder.entries(of: path).first { $0.hasSuffix(".csv") }
        return try FaceList(inside.map { "\(path)/\($0)" } ?? "\(path).csv")
    }

    private mutating func readHeads(_ folder: String, _ threads: Int) throws(DataError) {
        let list = try Self.list(of: folder)
        let files = list.faces.map { "\(folder)/\($0.file)" }
        let faults = GreyPictures.read(files, largest: .max, threads: threads) { index, view, _ in
            let face = list.faces[index]
            append(head: view, face.place, points: face.points, person: face.person)
        }
        self.faults += faults
    }

    private mutating func readFrames(_ folder: String, _ threads: Int) throws(DataError) {
        let list = try Self.list(of: folder)
        var faces: [String: [FrameFace]] = [:]
        for face in list.faces {
            faces[face.file, default: []].append(FrameFace(place: face.place, isCertain: face.score >= Self.certain))
        }
        let names = try PictureFolder.entries(of: folder).filter { !$0.hasSuffix(".csv") }
        let files = names.map { "\(folder)/\($0)" }
        let faults = GreyPictures.read(files, largest: Self.largestBackground, threads: threads) {
            index, view, reduction in
            let own = (faces[names[index]] ?? []).map { face in
                var face = face
                face.place.x /= reduction
                face.place.y /= reduction
                face.place.side /= reduction
                return face
            }
            append(frame: view, own)
        }
        self.faults += faults
    }
}
