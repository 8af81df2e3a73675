import Foundation
import Testing

/// What the program says of the recordings and pictures in ../shared/media.
@Suite(.enabled(if: Program.hasMedia, Program.missingMedia))
struct RecordingTests {
    private func look(_ command: String, _ clip: String) throws -> [Line] {
        let outcome = try Program.run([command, Program.clip(clip)])
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let frames = try outcome.frames()
        #expect(frames.map(\.frame) == Array(frames.indices))
        for frame in frames {
            for face in frame.faces {
                #expect(face.box[0] >= 0 && face.box[0] + face.box[2] <= frame.width)
                #expect(face.box[1] >= 0 && face.box[1] + face.box[3] <= frame.height)
                #expect(abs(face.probabilities.values.reduce(0, +) - 1) < 1e-3)
                #expect(face.probabilities[face.label] == face.confidence)
            }
        }
        return frames
    }

    private func overlap(_ one: [Int], _ other: [Int]) -> Double {
        let width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
        let height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
        guard width > 0, height > 0 else { return 0 }
        return Double(width * height) / Double(one[2] * one[3] + other[2] * other[3] - width * height)
    }

    @Test("A recording of one man gives a line for each frame, at its time, with his face")
    func singleFace() throws {
        let frames = try look("video", "single_face.mp4")
        #expect(frames.count == 72)
        #expect(frames.filter { $0.faces.count == 1 }.count >= 70)
        #expect(frames.allSatisfy { $0.width == 640 && $0.height == 360 })
        #expect(frames.allSatisfy { abs($0.time - Double($0.frame) / 30) < 0.001 })
    }

    @Test("He is neutral first, and smiles in the end")
    func smile() throws {
        let labels = try look("video", "single_face.mp4").compactMap(\.faces.first?.label)
        #expect(labels.prefix(20).filter { $0 == "happy" }.count <= 5)
        #expect(labels.suffix(20).filter { $0 == "happy" }.count >= 15)
    }

    @Test("A recording without a face has next to none")
    func noFace() throws {
        let frames = try look("video", "no_face.mp4")
        #expect(frames.count == 95)
        #expect(frames.filter { !$0.faces.isEmpty }.count <= 1)
    }

    @Test("A recording that is stored on its side is seen upright")
    func rotated() throws {
        let frames = try look("video", "single_face_portrait_rotated.mp4")
        #expect(frames.count == 72)
        #expect(frames.allSatisfy { $0.width == 270 && $0.height == 360 })
        #expect(frames.filter { $0.faces.count == 1 }.count >= 70)
    }

    @Test("A face is there from the moment it is shown, and times follow a change of the frame rate")
    func mixedRate() throws {
        let frames = try look("video", "noface_face.mov")
        #expect(frames.count == 169)
        let (before, after) = (frames.filter { $0.time < 3.94 }, frames.filter { $0.time >= 3.94 })
        #expect(before.filter { !$0.faces.isEmpty }.count <= 2)
        #expect(after.filter { !$0.faces.isEmpty }.count >= after.count - 3)
        // As its container has them: 24 frames a second up to 3.93 s, then 30.
        for (frame, time) in [(0, 0), (1, 0.013672), (95, 3.930339), (96, 3.945313), (97, 3.978678), (168, 6.345296)] {
            #expect(abs(frames[frame].time - time) < 0.001, "frame \(frame)")
        }
    }

    @Test("Small faces that come nearer are found, both of them")
    func smallFaces() throws {
        let frames = try look("video", "two_walking.mp4")
        #expect(frames.count == 35)
        #expect(frames.filter { $0.faces.count >= 2 }.count >= 30)
        #expect(frames.reduce(0) { $0 + $1.faces.count } <= 75)
    }

    @Test("A face with a hand before it is found in a recording that doesn't know its length")
    func hand() throws {
        let frames = try look("video", "asl_eat.mkv")
        #expect(frames.count == 47)
        #expect(frames.filter { $0.faces.count == 1 }.count >= 45)
    }

    @Test("At least four of five faces in a photo are found, the largest first")
    func photo() throws {
        let frames = try look("image", "multi_face.jpg")
        #expect(frames.count == 1)
        let faces = try #require(frames.first?.faces)
        #expect((4...5).contains(faces.count))
        #expect(faces.map(\.id) == Array(1...faces.count))
        #expect(faces.map { -$0.box[2] } == faces.map { -$0.box[2] }.sorted())
    }

    @Test("A photo that EXIF turns has the same face as the upright one, and it is happy")
    func orientation() throws {
        let upright = try #require(try look("image", "astronaut.png").first)
        let turned = try #require(try look("image", "astronaut_exif6.jpg").first)
        #expect((turned.width, turned.height) == (upright.width, upright.height))
        let face = try #require(upright.faces.first)
        let same = try #require(turned.faces.first)
        #expect((upright.faces.count, turned.faces.count) == (1, 1))
        #expect(overlap(face.box, same.box) > 0.8)
        #expect((face.label, same.label) == ("happy", "happy"))
    }

    @Test("A photo after a large recording is what it is alone")
    func afterLarge() throws {
        let folder = try Folder()
        let large = folder.path("large.webp")
        let made = try Program.shell(
            "ffmpeg -v error -i '\(Program.clip("astronaut.png"))' -vf scale=3840:3840 -pix_fmt yuv420p -frames:v 1 '\(large)'"
        )
        try #require(made.status == 0)
        let alone = try Program.run(["image", Program.clip("multi_face.jpg")]).frames()
        let after = try Program.run(["image", large, Program.clip("multi_face.jpg")]).frames()
        #expect(after.first?.width == 3840)
        #expect(after.last?.faces.map(\.box) == alone.last?.faces.map(\.box) && after.last?.width == alone.last?.width)
    }

    @Test("A person seen from behind has no face")
    func behind() throws {
        #expect(try look("image", "exif6_person_from_behind.jpg").map(\.faces.count) == [0])
    }

    @Test("A program that reads a recording from a pipe sees what it sees in the file")
    func standardInput() throws {
        let clip = Program.clip("asl_eat.mkv")
        let piped = try Program.shell("cat '\(clip)' | $MIEN video -").frames()
        let read = try look("video", "asl_eat.mkv")
        #expect(piped.map { $0.faces.map(\.box) } == read.map { $0.faces.map(\.box) })
        #expect(piped.map(\.time) == read.map(\.time))
    }

    @Test("The same recording gives the same bytes twice")
    func repeatable() throws {
        let once = try Program.run(["video", Program.clip("two_walking.mp4")])
        #expect(try Program.run(["video", Program.clip("two_walking.mp4")]).output == once.output)
    }
}
