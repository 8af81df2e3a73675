import Glibc
public import Mien
import MienNN
import MienSystem
import Synchronization

/// Labelled pictures as files: a folder with a sub-folder for each class, whose name says which, in any usual spelling.
public struct PictureFolder: Sendable {
    public let path: String
    /// Sub-folders whose names are none of the six.
    public private(set) var otherFolders: [String] = []
    private var files: [(path: String, label: MienVision.Expression)] = []

    /// What became of the files that gave no picture.
    public struct Report: Sendable {
        /// With the reason, which names the file.
        public var unreadable: [String] = []
        /// Files in which the cascade found no face.
        public var faceless: [String] = []
    }

    /// Which part of a picture is the face.
    public enum Framing: Sendable {
        /// The largest square in its middle.
        case whole
        /// The largest face that a cascade finds, cut out as it is in use.
        case detected(by: Cascade)
    }

    /// Lists what is there. Hidden files don't count, and sub-folders of a class's folder belong to it.
    public init(_ path: String) throws(DataError) {
        self.path = path
        for name in try Self.entries(of: path) where Self.isFolder("\(path)/\(name)") {
            guard let label = MienVision.Expression(anySpelling: name) else {
                otherFolders.append(name)
                continue
            }
            try add("\(path)/\(name)", label, depth: 0)
        }
        guard !files.isEmpty else {
            let six = MienVision.Expression.allCases.map(\.name).joined(separator: ", ")
            let others = otherFolders.isEmpty ? "" : " (there are \(otherFolders.joined(separator: ", ")))"
            throw DataError(
                "\(path): it has no sub-folder with pictures that is named after one of \(six)\(others); name the folder "
                    + "that these are in")
        }
    }

    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private mutating func add(_ folder: String, _ label: MienVision.Expression, depth: Int) throws(DataError) {
        for name in try Self.entries(of: folder) {
            let path = "\(folder)/\(name)"
            if Self.isFolder(path) {
                // Deeper than anybody sorts pictures there is a link that leads back.
                if depth < 8 { try add(path, label, depth: depth + 1) }
            } else {
                files.append((path, label))
            }
        }
    }

    /// Names in the order of their bytes, which is the same on every machine.
    static func entries(of path: String) throws(DataError) -> [String] {
        guard let names = fileNames(in: path) else {
            throw DataError("cannot open the folder \(path): \(String(cString: strerror(errno)))")
        }
        return names.filter { !$0.hasPrefix(".") }
    }

    /// Reads all pictures: in the files' order, whatever the number of threads. Of a recording the first frame counts.
    ///
    /// - Throws: where the cascade can't be used, or nothing is left.
    public func read(_ framing: Framing, threads: Int) throws(DataError) -> (pictures: PictureSet, report: Report) {
        let results = Mutex([Int: Outcome]())
        let failure = Mutex<VisionError?>(nil)
        let next = Atomic(0)
        WorkerTeam(min(threads, files.count)).run { _ in
            do throws(VisionError) {
                var reader = try FaceReader(framing)
                while failure.withLock({ $0 == nil }) {
                    let number = next.add(1, ordering: .relaxed).oldValue
                    if number >= files.count { return }
                    let outcome = try reader.read(files[number].path)
                    results.withLock { $0[number] = outcome }
                }
            } catch { failure.withLock { $0 = error } }
        }
        if let failure = failure.withLock(\.self) { throw DataError(failure.description) }
        var (pictures, report) = (PictureSet(), Report())
        let outcomes = results.withLock(\.self)
        for (number, file) in files.enumerated() {
            switch outcomes[number] {
            case .face(let face): pictures.append(face, label: file.label, origin: file.path)
            case .unreadable(let reason): report.unreadable.append(reason)
            case .noFace, nil: report.faceless.append(file.path)
            }
        }
        guard pictures.count > 0 else {
            throw DataError(
                "\(path): of \(files.count) files none is a picture"
                    + (report.faceless.isEmpty ? "" : " in which a face was found")
                    + (report.unreadable.first.map { " (\($0))" } ?? ""))
        }
        return (pictures, report)
    }
}

private enum Outcome {
    case face([UInt8])
    case unreadable(String)
    case noFace
}

/// Makes faces of files; one for each worker.
private struct FaceReader: ~Copyable {
    private var finder: AligningFinder?
    private var cropper = FaceCropper()
    private var resampler = Resampler()
    private var frame = Frame()
    private var faces: [Region] = []

    init(_ framing: PictureFolder.Framing) throws(VisionError) {
        if case .detected(let cascade) = framing {
            finder = AligningFinder(detector: try FaceDetector(cascade: cascade))
        } else {
            finder = nil
        }
    }

    mutating func read(_ path: String) throws(VisionError) -> Outcome {
        var status = stat()
        // Nobody may be at a pipe's other end.
        guard stat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFIFO else {
            return .unreadable("\(path): it is a pipe")
        }
        do throws(CaptureError) {
            guard try openInput(path).read(into: &frame) else {
                return .unreadable("\(path): there is no picture in it")
            }
        } catch { return .unreadable(error.description) }
        var face = [UInt8](repeating: 0, count: FacePicture.pixelCount)
        let picture = frame.luma.view
        if finder != nil {
            try finder?.scan(picture, .single, into: &faces)
            guard let largest = faces.first else { return .noFace }
            face.withUnsafeMutableBufferPointer { cropper.crop(largest, of: picture, into: $0) }
        } else {
            let (width, height) = (Double(picture.width), Double(picture.height))
            let side = min(width, height)
            let square = Region(x: (width - side) / 2, y: (height - side) / 2, width: side, height: side)
            face.withUnsafeMutableBufferPointer { room in
                guard let base = room.baseAddress else { return }
                resampler.resample(
                    picture, region: square, into: base, width: FacePicture.side, height: FacePicture.side,
                    stride: FacePicture.side)
            }
        }
        return .face(face)
    }
}
