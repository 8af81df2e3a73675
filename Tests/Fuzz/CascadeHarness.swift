import MienImage

@testable import MienVision

extension Harness {
    /// A cascade that is accepted searches a picture.
    static let cascade = Harness(
        name: "cascade", seeds: { [xml(feature: 1), xml(feature: 0), "%YAML:1.0\n---\n"].map { Array($0.utf8) } },
        run: { bytes in
            file.write(bytes)
            guard let cascade = try? Cascade(file: file.path), var detector = try? FaceDetector(cascade: cascade) else {
                return
            }
            var picture = Plane(width: 40, height: 32)
            for y in 0..<32 { for x in 0..<40 { (picture.base + y * picture.stride)[x] = UInt8(x * y & 255) } }
            var faces: [Box] = []
            try? detector.detect(in: picture.view, faces: &faces)
        })

    /// Two stages of one stump each; that of the second looks at that feature.
    private static func xml(feature: Int) -> String {
        """
        <?xml version="1.0"?>
        <opencv_storage><cascade type_id="opencv-cascade-classifier"><stageType>BOOST</stageType>
        <featureType>HAAR</featureType><height>12</height><width>12</width>
        <stageParams><maxWeakCount>1</maxWeakCount></stageParams><featureParams><maxCatCount>0</maxCatCount></featureParams>
        <stageNum>2</stageNum><stages>
        <_><maxWeakCount>1</maxWeakCount><stageThreshold>0.5</stageThreshold><weakClassifiers>
        <_><internalNodes>0 -1 0 1.0e-2</internalNodes><leafValues>0. 1.</leafValues></_></weakClassifiers></_>
        <_><maxWeakCount>1</maxWeakCount><stageThreshold>0.5</stageThreshold><weakClassifiers>
        <_><internalNodes>0 -1 \(feature) 1.0e-2</internalNodes><leafValues>0. 1.</leafValues></_></weakClassifiers></_>
        </stages><features>
        <_><rects><_>0 0 12 6 -1.</_><_>2 0 4 6 3.</_></rects><tilted>0</tilted></_>
        <_><rects><_>4 4 3 4 -1.</_><_>4 6 3 2 2.</_></rects><tilted>0</tilted></_>
        </features></cascade></opencv_storage>
        """
    }
}

private let file = ScratchFile("cascade.xml")
