import Glibc
import Mien
import MienImage
public import MienNN
import MienVision
import Synchronization

/// A detector's network on pictures whose faces are listed.
public struct DetectorEvaluation: Sendable {
    public private(set) var score = DetectionScore()
    /// Of each picture, in its pixels.
    private var found: [(file: String, faces: [DetectedFace])] = []
    /// Pictures that couldn't be read, with the reason.
    public private(set) var faults: [String] = []

    /// - Parameters:
    ///   - folder: its CSV is `FOLDER.csv` or lies in it.
    ///   - every: of the pictures, in the order of their names, each so manieth is looked at.
    ///   - pixels: larger pictures are reduced to so many.
    public init(
        of model: Model, folder: String, every: Int, pixels: Int, lowestScore: Float, threads: Int
    ) throws(any Error) {
        let list = try SceneSources.list(of: folder)
        var wanted: [String: [FacePlace]] = [:]
        for face in list.faces { wanted[face.file, default: []].append(face.place) }
        let files = wanted.keys.sorted().enumerated().filter { $0.offset % every == 0 }.map(\.element)
        let results = Mutex([Int: Result<([DetectedFace], reduction: Float), DataError>]())
        let failure = Mutex<ModelError?>(nil)
        let next = Atomic(0)
        WorkerTeam(min(threads, max(files.count, 1))).run { _ in
            do throws(ModelError) {
                var runner = try DetectorRunner(model, lowestScore: lowestScore)
                while failure.withLock({ $0 == nil }) {
                    let number = next.add(1, ordering: .relaxed).oldValue
                    if number >= files.count { return }
                    let result = try Self.look(at: "\(folder)/\(files[number])", pixels, &runner)
                    results.withLock { $0[number] = result }
                }
            } catch { failure.withLock { $0 = error } }
        }
        if let failure = failure.withLock(\.self) { throw failure }
        let outcomes = results.withLock(\.self)
        for (number, file) in files.enumerated() {
            switch outcomes[number] {
            case .success(let (faces, reduction)):
                // At the size at which it was looked at, since this is what the sizes are told apart by.
                score.add(
                    faces.map { $0.reduced(reduction) }, wanted: (wanted[file] ?? []).map { $0.reduced(reduction) })
                found.append((file, faces))
            case .failure(let error): faults.append(error.description)
            case nil: break
            }
        }
    }

    private static func look(
        at path: String, _ pixels: Int, _ runner: inout DetectorRunner
    ) throws(ModelError) -> Result<([DetectedFace], reduction: Float), DataError> {
        let picture: GreyPictures.Reduced
        do throws(DataError) { picture = try GreyPictures.read(path, pixels: pixels) } catch { return .failure(error) }
        let levels = UnsafeMutableBufferPointer<Float>.allocate(capacity: picture.pixels.count)
        defer { levels.deallocate() }
        for (index, level) in picture.pixels.enumerated() { levels[index] = Float(level) }
        let faces = try runner.find(levels, width: picture.width, height: picture.height)
        return .success((faces.map { $0.reduced(1 / picture.reduction) }, picture.reduction))
    }

    /// For people.
    public var line: String {
        let sizes = (["0"] + DetectionScore.sizes.map { "\(Int($0))" } + ["..."])
        let bySize = score.wanted.indices.filter { score.wanted[$0] > 0 }.map {
            "\(sizes[$0])-\(sizes[$0 + 1]) px: \(score.found[$0]) of \(score.wanted[$0])"
        }
        let all = (score.found.reduce(0, +), score.wanted.reduce(0, +))
        return "\(all.0) of \(all.1) faces found in \(score.pictures) pictures, \(score.falseFaces) false; "
            + bySize.joined(separator: ", ")
    }

    public var json: String {
        "{\"pictures\":\(score.pictures),\"wanted\":\(score.wanted.reduce(0, +)),\"found\":\(score.found.reduce(0, +)),"
            + "\"false\":\(score.falseFaces),\"sizes\":\(DetectionScore.sizes.map { Int($0) }),"
            + "\"wanted_by_size\":\(score.wanted),\"found_by_size\":\(score.found)}"
    }

    public var csv: String {
        var text = "file,x,y,width,height,roll,score\n"
        func tenths(_ value: Float) -> String { "\((value * 10).rounded() / 10)" }
        for (file, faces) in found {
            for face in faces {
                let place = face.place
                let numbers = [place.x - place.side / 2, place.y - place.side / 2, place.side, place.side, place.roll]
                text +=
                    "\(file),\(numbers.map(tenths).joined(separator: ",")),\((face.score * 1000).rounded() / 1000)\n"
            }
        }
        return text
    }
}

extension FacePlace {
    /// In a picture reduced so many times.
    func reduced(_ reduction: Float) -> FacePlace {
        FacePlace(x: x / reduction, y: y / reduction, side: side / reduction, roll: roll)
    }
}

extension DetectedFace {
    fileprivate func reduced(_ reduction: Float) -> DetectedFace {
        DetectedFace(place: place.reduced(reduction), score: score)
    }
}
