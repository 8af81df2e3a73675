import Glibc
import MienCapture
import MienImage
import MienVision
import Testing

struct FaceDetectorTests {
    private func demo(_ width: Int, _ height: Int) throws -> Frame {
        var options = DemoSource.Options()
        (options.width, options.height) = (width, height)
        let source = try DemoSource(options)
        var frame = Frame()
        _ = try source.read(into: &frame)
        return frame
    }

    private func temporary(_ content: String) -> String {
        let path = "/tmp/mien-cascade-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).xml"
        let file = fopen(path, "w")
        fputs(content, file)
        fclose(file)
        return path
    }

    @Test("A face is found at the same place of the picture, whatever the picture's size", arguments: [1, 2, 4, 8])
    func sizes(times: Int) throws {
        let frame = try demo(320 * times, 180 * times)
        var detector = try FaceDetector()
        var faces: [Box] = []
        try detector.detect(in: frame.luma.view, faces: &faces)
        #expect(faces.count == 1)
        let face = try #require(faces.first)
        let scale = Double(times)
        #expect(abs(Double(face.x + face.width / 2) / scale - 160) < 12)
        #expect(abs(Double(face.y + face.height / 2) / scale - 110) < 12)
        #expect((55...95).contains(Double(face.width) / scale))
    }

    @Test("Faces come the largest first, each once, inside the picture")
    func order() throws {
        let small = try demo(320, 180)
        let large = try demo(640, 360)
        let both = Plane(width: 960, height: 360)
        for y in 0..<360 {
            let row = both.base + y * both.stride
            row.initialize(repeating: 90, count: 960)
            if y < 180 { row.update(from: small.luma.base + y * small.luma.stride, count: 320) }
            (row + 320).update(from: large.luma.base + y * large.luma.stride, count: 640)
        }
        var detector = try FaceDetector()
        var faces = [Box(x: 1, y: 2, width: 3, height: 4)]
        try detector.detect(in: both.view, faces: &faces)
        #expect(faces.count == 2)
        #expect(faces.first.map { $0.x >= 320 } == true)
        #expect(faces.last.map { $0.x < 320 } == true)
        #expect(faces.allSatisfy { both.view.bounds.intersection($0) == $0 })
    }

    @Test("The smallest and the largest face are bounds in pixels of the picture")
    func bounds() throws {
        let frame = try demo(1280, 720)
        func found(_ smallest: Int?, _ largest: Int?) throws -> Int {
            var options = DetectionOptions()
            (options.smallestFace, options.largestFace) = (smallest, largest)
            var detector = try FaceDetector(options: options)
            var faces: [Box] = []
            try detector.detect(in: frame.luma.view, faces: &faces)
            return faces.count
        }
        #expect(try found(200, 400) == 1)
        #expect(try found(400, nil) == 0)
        #expect(try found(nil, 150) == 0)
        #expect(try found(nil, 3) == 0)
    }

    @Test(
        "Eight places at once, by one thread or several, give what OpenCV finds, hit for hit",
        arguments: ["frontalface_alt2", "frontalface_default", "frontalface_alt", "profileface", "eye_tree_eyeglasses"])
    func vectors(name: String) throws {
        let cascade = try Cascade(file: "/usr/share/opencv4/haarcascades/haarcascade_\(name).xml")
        var hits = 0
        for (width, height, scaleFactor) in [(640, 360, 1.1), (333, 217, 1.25), (90, 67, 1.05), (97, 400, 1.4)] {
            var options = DetectionOptions()
            (options.scaleFactor, options.neighbours, options.pixels) = (scaleFactor, 1, width * height)
            var detector = try FaceDetector(cascade: cascade, options: options)
            var several = try FaceDetector(cascade: cascade, options: options, threads: 3)
            var opencv = try FaceDetector(cascade: cascade, options: options, search: .plain)
            // The demo's face, and what no cascade was trained for.
            for roughness in [0, 1, 40] {
                let frame = try demo(width, height)
                let pixels = frame.luma.base
                for index in 0..<frame.luma.stride * height {
                    pixels[index] &+= UInt8(index &* index / 7 % (roughness + 1))
                }
                var found: [Box] = []
                var expected: [Box] = []
                try detector.detect(in: frame.luma.view, faces: &found)
                try opencv.detect(in: frame.luma.view, faces: &expected)
                #expect(found == expected, "\(width)x\(height), roughness \(roughness)")
                try several.detect(in: frame.luma.view, faces: &found)
                #expect(found == expected, "\(width)x\(height), roughness \(roughness), by three threads")
                hits += expected.count
            }
        }
        #expect(hits > 0 || !name.hasPrefix("frontalface"))
    }

    @Test("A picture smaller than any face has none", arguments: [(0, 0), (1, 1), (9, 2000)])
    func tiny(width: Int, height: Int) throws {
        let plane = Plane(width: width, height: height)
        for index in 0..<plane.stride * height { plane.base[index] = 128 }
        var detector = try FaceDetector()
        var faces: [Box] = []
        try detector.detect(in: plane.view, faces: &faces)
        #expect(faces.isEmpty)
    }

    @Test(
        "A file that is no cascade is refused in one line that names it",
        arguments: [
            "", "not a cascade\n", "<?xml version=\"1.0\"?>\n<opencv_storage>\n<cascade>\n",
            "<?xml version=\"1.0\"?>\n<opencv_storage><a>1</a></opencv_storage>\n",
        ])
    func notACascade(content: String) throws {
        let path = temporary(content)
        defer { unlink(path) }
        let error = try #require(throws: VisionError.self) { _ = try FaceDetector(cascade: Cascade(file: path)) }
        #expect(error.description.hasPrefix("cannot use the cascade \(path): "))
        #expect(!error.description.contains("\n"))
    }

    /// Two stages of one stump each.
    private func cascade(_ old: String = "", _ new: String = "") -> String {
        func stage(_ feature: Int) -> String {
            """
            <_><maxWeakCount>1</maxWeakCount><stageThreshold>0.5</stageThreshold><weakClassifiers>
            <_><internalNodes>0 -1 \(feature) 1.0e-2</internalNodes><leafValues>0. 1.</leafValues></_>
            </weakClassifiers></_>
            """
        }
        let text = """
            <?xml version="1.0"?><opencv_storage><cascade type_id="opencv-cascade-classifier">
            <stageType>BOOST</stageType><featureType>HAAR</featureType><height>12</height><width>12</width>
            <featureParams><maxCatCount>0</maxCatCount></featureParams><stages>\(stage(0))\(stage(1))</stages><features>
            <_><rects><_>0 0 12 6 -1.</_><_>2 0 4 6 3.</_></rects><tilted>0</tilted></_>
            <_><rects><_>4 4 3 4 -1.</_><_>4 6 3 2 2.</_></rects><tilted>1</tilted></_>
            </features></cascade></opencv_storage>
            """
        return text.replacing(old, with: new, maxReplacements: 1)
    }

    @Test("A small cascade of OpenCV's new format is read")
    func newFormat() throws {
        let path = temporary(cascade())
        defer { unlink(path) }
        _ = try FaceDetector(cascade: Cascade(file: path))
    }

    /// OpenCV would read beyond its memory, or not come back.
    @Test(
        "A cascade that looks outside its window, or whose parts don't hang together, is refused",
        arguments: [
            ("0 0 12 6", "0 0 13 6"), ("2 0 4 6", "-2 0 4 6"), ("4 6 3 2", "1 6 3 2"), ("4 6 3 2", "4 2147483647 3 2"),
            ("0 -1 1 1.0", "0 -1 2 1.0"), ("0 -1 1 1.0", "0 -2 1 1.0"), ("0 -1 0 1.0", "1 -1 0 1.0"),
            ("<leafValues>0. 1.", "<leafValues>0."), ("<maxWeakCount>1", "<maxWeakCount>2"), ("HAAR", "HOG"),
            ("<height>12", "<height>100000"), ("<maxCatCount>0", "<maxCatCount>1"),
            ("<maxCatCount>0", "<maxCatCount>00"),
            ("4 6 3 2", "4 06 3 2"), ("2 0 4 6", "0x2 0 4 6"), ("4 6 3 2", "4 6E0 3 2"), ("0.5", "nan"),
            ("<tilted>0", "<tilted>2"), ("</stages>", ""), ("BOOST", "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"),
        ])
    func unsoundCascade(old: String, new: String) throws {
        let path = temporary(cascade(old, new))
        defer { unlink(path) }
        let error = try #require(throws: VisionError.self) { _ = try Cascade(file: path) }
        #expect(error.description.hasPrefix("cannot use the cascade \(path): "))
    }

    @Test("A cascade that isn't there is refused by name")
    func missing() throws {
        let error = try #require(throws: VisionError.self) { _ = try Cascade(file: "/nowhere/face.xml") }
        #expect(error.description == "cannot open the cascade /nowhere/face.xml: No such file or directory")
        #expect(throws: VisionError.self) { _ = try Cascade(file: "/") }
    }

    @Test("A cascade of OpenCV's old format is read too")
    func oldFormat() throws {
        let path = temporary(
            """
            <?xml version="1.0"?>
            <opencv_storage>
            <old type_id="opencv-haar-classifier">
              <size>20 20</size>
              <stages>
                <_><trees><_><_>
                  <feature>
                    <rects><_>2 7 14 4 -1.</_><_>2 9 14 2 2.</_></rects>
                    <tilted>0</tilted></feature>
                  <threshold>4.0141958743333817e-003</threshold>
                  <left_val>0.0337941907346249</left_val>
                  <right_val>0.8378106951713562</right_val></_></_></trees>
                  <stage_threshold>0.8226894140243530</stage_threshold>
                  <parent>-1</parent>
                  <next>-1</next></_></stages></old>
            </opencv_storage>
            """)
        defer { unlink(path) }
        _ = try FaceDetector(cascade: Cascade(file: path))
    }

    @Test("Options that make no search are refused")
    func options() {
        func refused(_ change: (inout DetectionOptions) -> Void) -> Bool {
            var options = DetectionOptions()
            change(&options)
            do { _ = try FaceDetector(options: options) } catch { return true }
            return false
        }
        #expect(refused { $0.scaleFactor = 1 })
        #expect(refused { $0.scaleFactor = .nan })
        #expect(refused { $0.neighbours = 0 })
        #expect(refused { $0.smallestFace = 0 })
        #expect(refused { ($0.smallestFace, $0.largestFace) = (50, 40) })
        #expect(!refused { ($0.smallestFace, $0.largestFace) = (40, 50) })
    }
}
