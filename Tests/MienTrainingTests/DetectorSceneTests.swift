import MienImage
import MienNN
import MienVision
import Testing

@testable import MienTraining

/// What can be told from pictures of our own making: heads that are bright discs with dark eyes and a dark mouth.
enum DrawnHeads {
    static let points = FacePoints([48, 50, 80, 50, 64, 68, 52, 84, 76, 84])

    static func sources(heads: Int = 12, frames: Bool = true) -> SceneSources {
        var sources = SceneSources()
        for person in 0..<heads {
            var plane = Plane(width: 128, height: 128)
            plane.draw { x, y in
                let isPoint = [(48, 50), (80, 50), (52, 84), (76, 84)].contains {
                    abs($0.0 - x) < 6 && abs($0.1 - y) < 5
                }
                let isFace = (x - 64) * (x - 64) + (y - 64) * (y - 64) < 58 * 58
                return isPoint ? 20 : isFace ? UInt8(200 + person) : 90
            }
            sources.append(head: plane.view, points.place, points: points, person: person)
        }
        for kind in 0..<3 {
            var plane = Plane(width: 400, height: 260)
            plane.draw { x, y in UInt8((x / (kind + 3) + y / 5) % 100 + 40) }
            sources.append(background: plane.view)
            if frames {
                let place = FacePlace(x: 200, y: 120, side: 60, roll: 10)
                sources.append(frame: plane.view, [.init(place: place, isCertain: kind != 2)])
            }
        }
        return sources
    }
}

extension Plane {
    fileprivate mutating func draw(_ level: (_ x: Int, _ y: Int) -> UInt8) {
        for y in 0..<height { for x in 0..<width { base[y * stride + x] = level(x, y) } }
    }
}

@Suite("Scenes that a detector learns from")
struct DetectorSceneTests {
    private let width = 192
    private let height = 128

    private func maker(_ sources: SceneSources = DrawnHeads.sources(), seed: UInt64 = 1) -> SceneMaker {
        SceneMaker(sources: sources, width: width, height: height, seed: seed, heads: Array(sources.heads.indices))
    }

    private func scene(
        _ maker: SceneMaker, _ content: UInt64, _ background: UInt64? = nil
    ) -> (pixels: [Float], faces: [SceneMaker.Face]) {
        var pixels = [Float](repeating: -1, count: width * height)
        var room = pixels
        var faces: [SceneMaker.Face] = []
        pixels.withUnsafeMutableBufferPointer { pixels in
            room.withUnsafeMutableBufferPointer { room in
                maker.paint(
                    .init(content: content, background: background ?? content), into: pixels, room: room, faces: &faces)
            }
        }
        return (pixels, faces)
    }

    @Test("are the same whenever they are made, and others for another number or seed") func same() {
        let (one, other) = (maker(), maker(seed: 2))
        for number in 0..<20 as Range<UInt64> {
            let first = scene(one, number)
            #expect(first.pixels == scene(one, number).pixels)
            #expect(first.pixels != scene(one, number + 1).pixels)
            #expect(first.pixels != scene(other, number).pixels)
        }
    }

    @Test("have whole levels of 0 to 255, and faces that lie in them") func levels() {
        let maker = maker()
        var (faces, sizes) = (0, [Float]())
        for number in 0..<120 as Range<UInt64> {
            let scene = scene(maker, number)
            #expect(scene.pixels.allSatisfy { $0 >= 0 && $0 <= 255 && $0 == $0.rounded() })
            #expect(scene.faces.count <= SceneMaker.mostFaces)
            for face in scene.faces where face.kind != .ignored {
                faces += 1
                sizes.append(face.place.side)
                #expect(face.place.side >= SceneMaker.smallest)
                #expect((0...Float(width)).contains(face.place.x) && (0...Float(height)).contains(face.place.y))
            }
        }
        #expect(faces > 200)
        // Small ones are what a detector finds hardest.
        #expect(sizes.count { $0 < 36 } > sizes.count / 2)
        #expect(sizes.contains { $0 > 80 })
    }

    @Test("keep their background behind other heads") func backgrounds() {
        let sources = DrawnHeads.sources(heads: 1, frames: false)
        let maker = SceneMaker(sources: sources, width: width, height: height, seed: 3, heads: [])
        // Light and noise belong to the content: without it, what is left is the background's structure.
        let first = scene(maker, 1, 7).pixels
        #expect(first == scene(maker, 1, 7).pixels)
        #expect(first != scene(maker, 1, 8).pixels)
    }

    @Test("show the head where they say that it is") func heads() {
        let sources = DrawnHeads.sources(heads: 4, frames: false)
        var canvas = [Float](repeating: 0, count: width * height)
        var chance = SplitMix64(1)
        for number in 0..<40 as Range<UInt64> {
            let place = FacePlace(x: 90, y: 60, side: 60, roll: Float(number) * 9 - 180)
            let frame = FaceFrame(place)
            canvas.withUnsafeMutableBufferPointer { pixels in
                pixels.update(repeating: 0)
                let target = SceneCanvas(width: width, height: height, pixels: pixels)
                sources.pictures.withPicture(0) { picture in
                    HeadPainter(
                        Head(picture: picture, place: sources.heads[0].place, points: nil), at: frame, isPlain: true,
                        &chance
                    ).paint(on: target)
                }
            }
            // The eyes are dark and lie above the middle, as the face is turned; the forehead between them is bright.
            let source = FaceFrame(sources.heads[0].place)
            let eye = source.inside(DrawnHeads.points.rightEye)
            for point in [frame.point(eye.x, eye.y), frame.point(-eye.x, eye.y)] {
                #expect(canvas[Int(point.y) * width + Int(point.x)] < 120)
            }
            let forehead = frame.point(0, eye.y)
            #expect(canvas[Int(forehead.y) * width + Int(forehead.x)] > 150)
        }
    }

    @Test("draw masks over nose and mouth and leave the eyes, glasses the other way round") func covers() {
        var chance = SplitMix64(2)
        let layout = FaceLayout.usual
        for _ in 0..<50 {
            let mask = FaceMask(layout, &chance)
            #expect(mask.over(-1000, layout.mouth.x, layout.mouth.y, pixel: 0.01) >= 0)
            for eye in [layout.leftEye, layout.rightEye] {
                #expect(mask.over(-1000, eye.x, eye.y - 0.06, pixel: 0.01) == -1000)
            }
            let glasses = Glasses(layout, &chance)
            #expect(glasses.over(-1000, layout.mouth.x, layout.mouth.y, pixel: 0.01) == -1000)
            let across = stride(from: layout.leftEye.x - 0.3, to: layout.leftEye.x + 0.3, by: 0.004)
            #expect(across.contains { glasses.over(-1000, $0, layout.leftEye.y, pixel: 0.01) > -1000 })
        }
    }

    @Test("round the cosines of blocks without shifting what is coarse") func encoding() {
        var pixels = (0..<64 * 64).map { Float(100 + $0 % 64) }
        let before = pixels
        pixels.withUnsafeMutableBufferPointer {
            SceneCanvas(width: 64, height: 64, pixels: $0).encode(coarseness: 4)
        }
        #expect(pixels != before)
        #expect(zip(pixels, before).allSatisfy { abs($0 - $1) < 8 })
    }

    @Test("read small pictures from levels whose samples are means") func pyramids() {
        var plane = Plane(width: 64, height: 64)
        plane.draw { x, y in (x + y) % 2 == 0 ? 200 : 100 }
        var pyramids = PicturePyramids()
        pyramids.append(plane.view)
        pyramids.withPicture(0) { picture in
            #expect(picture.sampler(step: 1).value(10.5, 10.5) == 200)
            #expect(picture.sampler(step: 4).value(30.2, 31.7) == 150)
            // Beyond the edge it goes on as its mirror image.
            #expect(picture.sampler(step: 1).value(-3.5, 10.5) == picture.sampler(step: 1).value(4.5, 10.5))
        }
    }
}

@Suite("Lists of faces")
struct FaceListTests {
    private func list(_ text: String) throws -> FaceList {
        let scratch = Scratch()
        return try withExtendedLifetime(scratch) { try FaceList(scratch.file("faces.csv", text)) }
    }

    @Test("are read with points, scores and persons where there are any, in any order of columns") func columns() throws
    {
        let plain = try list("width,file,x,y,height\n10,a.jpg,1,2,10\n\n")
        #expect(plain.faces.count == 1)
        #expect(plain.faces[0].place == FacePlace(x: 6, y: 7, side: 10))
        #expect(plain.faces[0].person == -1 && plain.faces[0].points == nil)
        let names = FacePoints.columns.joined(separator: ",")
        let full = try list(
            "file,x,y,width,height,\(names),score,person\na.jpg,0,0,9,9,40,50,60,50,50,60,43,71,57,71,0.5,7\n")
        #expect(full.faces[0].points?.nose == [50, 60])
        #expect(full.faces[0].place.roll == 0)
        #expect(full.faces[0].score == 0.5 && full.faces[0].person == 7)
    }

    @Test(
        "with a fault are refused with file and line",
        arguments: [
            "file,x,y\na,1,2\n", "file,x,y,width,height\na,1,2,nan,4\n", "file,x,y,width,height\na,1,2,3\n",
            "file,x,y,width,height\na,1,2,0,4\n", "x,y,width,height,file\n1,2,3,4\n", "",
        ])
    func faults(_ text: String) {
        #expect { try list(text) } throws: { "\($0)".contains("faces.csv:") }
    }
}
