import Glibc
import Mien
import MienImage
import MienNN
import MienSystem
import MienVision
import Synchronization

/// Pictures of a folder as luma, reduced where they are larger than is needed.
enum GreyPictures {
    /// All files in `folder` and its sub-folders, in the order of their names' bytes; paths begin with the folder's.
    static func files(in folder: String, depth: Int = 0) throws(DataError) -> [String] {
        var result: [String] = []
        for name in try PictureFolder.entries(of: folder) {
            let path = "\(folder)/\(name)"
            if PictureFolder.isFolder(path) {
                // Deeper than anybody sorts pictures there is a link that leads back.
                if depth < 8 { result += try files(in: path, depth: depth + 1) }
            } else {
                result.append(path)
            }
        }
        return result
    }

    /// Reads `files` with several threads; calls `body` with each in turn, and by how much it is reduced: 1 where it isn't
    /// wider or higher than `largest` pixels. What is no picture is counted and left out.
    ///
    /// - Returns: the first reason why a file was left out, for each such file.
    static func read(
        _ files: [String], largest: Int, threads: Int, _ body: (_ index: Int, PlaneView, _ reduction: Float) -> Void
    ) -> [String] {
        var faults: [String] = []
        // A few at a time: photos are large while they are read.
        let group = 64
        for start in stride(from: 0, to: files.count, by: group) {
            let part = start..<min(start + group, files.count)
            let read = Mutex([Int: Result<Reduced, DataError>]())
            WorkerTeam(min(threads, part.count)).forEach(part.count) { _, item in
                let index = part.lowerBound + item
                let result = Result { () throws(DataError) in try Self.read(files[index], largest: largest) }
                read.withLock { $0[index] = result }
            }
            let results = read.withLock(\.self)
            for index in part {
                switch results[index] {
                case .success(let reduced):
                    reduced.pixels.withUnsafeBufferPointer { pixels in
                        guard let base = pixels.baseAddress else { return }
                        let view = PlaneView(
                            base: base, width: reduced.width, height: reduced.height, stride: reduced.width)
                        body(index, view, reduced.reduction)
                    }
                case .failure(let error): faults.append(error.description)
                case nil: break
                }
            }
        }
        return faults
    }

    /// A picture of luma, and how many pixels of the file's make one of its.
    struct Reduced: Sendable {
        var pixels: [UInt8]
        var width: Int
        var height: Int
        var reduction: Float
    }

    private static func read(_ path: String, largest: Int) throws(DataError) -> Reduced {
        try read(path) { width, height in
            let longer = max(width, height)
            return longer > largest ? Float(longer) / Float(largest) : 1
        }
    }

    /// The picture in a file, reduced to so many pixels if it has more.
    static func read(_ path: String, pixels: Int) throws(DataError) -> Reduced {
        try read(path) { width, height in max((Float(width * height) / Float(pixels)).squareRoot(), 1) }
    }

    private static func read(
        _ path: String, _ reduction: (_ width: Int, _ height: Int) -> Float
    ) throws(DataError) -> Reduced {
        var status = stat()
        // Nobody may be at a pipe's other end.
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw DataError("\(path): it is no file")
        }
        var frame = Frame()
        do throws(CaptureError) {
            guard try openInput(path).read(into: &frame) else {
                throw CaptureError(.broken, "\(path): there is no picture in it")
            }
        } catch { throw DataError(error.description) }
        let picture = frame.luma.view
        let reduction = reduction(picture.width, picture.height)
        let width = max(Int(Float(picture.width) / reduction), 1)
        let height = max(Int(Float(picture.height) / reduction), 1)
        var pixels = [UInt8](repeating: 0, count: width * height)
        var resampler = Resampler()
        pixels.withUnsafeMutableBufferPointer {
            guard let base = $0.baseAddress else { return }
            resampler.resample(
                picture, region: Region(picture.bounds), into: base, width: width, height: height, stride: width)
        }
        return Reduced(pixels: pixels, width: width, height: height, reduction: reduction)
    }
}
