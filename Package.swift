// swift-tools-version: 6.1
import PackageDescription

/// MIEN_CHECKED is set by scripts/fuzz and scripts/sanitize: everything under the address sanitizer, C and C++ under the
/// one for undefined behaviour, too, and with libFuzzer's marks at every branch.
let isChecked = Context.environment["MIEN_CHECKED"] != nil
let checks: (swift: [SwiftSetting], c: [String], link: [LinkerSetting]) =
    isChecked
    ? (
        // The harnesses reach inside the modules.
        [.unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"])],
        [
            "-fsanitize=address,undefined,fuzzer-no-link", "-fno-sanitize=vptr",
            "-fno-sanitize-recover=undefined",
        ],
        [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]
    ) : ([], [], [])

// The gate sets MIEN_STRICT: warnings are errors there. Not here, since flags like these may not stand in a package
// that others depend on.
let strict = Context.environment["MIEN_STRICT"] != nil
let swiftSettings: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault")]
    + (strict ? [.unsafeFlags(["-warnings-as-errors"])] : []) + checks.swift
let cFlags = (strict ? ["-Wall", "-Wextra", "-Werror"] : []) + checks.c
let cSettings: [CSetting] = cFlags.isEmpty ? [] : [.unsafeFlags(cFlags)]
let cxxSettings: [CXXSetting] = cFlags.isEmpty ? [] : [.unsafeFlags(cFlags)]

func module(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

func shim(_ folder: String, _ name: String, libraries: [String], headers: String? = nil) -> Target {
    .target(
        name: name, path: "shim/\(folder)", exclude: headers.map { [$0] } ?? [],
        cSettings: cSettings + (headers.map { [.headerSearchPath($0)] } ?? []),
        cxxSettings: cxxSettings + (headers.map { [.headerSearchPath($0)] } ?? []),
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

func tests(_ name: String, of dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// The program; where it is checked a library, of which Tests/Checked makes a program and Tests/Fuzz takes parts.
var command: Target {
    let dependencies: [Target.Dependency] = [
        "MienSystem", "MienOutput", "MienTraining",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
    ]
    guard isChecked else {
        return .executableTarget(
            name: "MienCommand", dependencies: dependencies, swiftSettings: swiftSettings)
    }
    let renamed = SwiftSetting.unsafeFlags(["-Xfrontend", "-entry-point-function-name", "-Xfrontend", "mien_main"])
    return .target(name: "MienCommand", dependencies: dependencies, swiftSettings: swiftSettings + [renamed])
}

/// What reads from outside, fed with anything: scripts/fuzz.
let harnesses: [Target] =
    isChecked
    ? [
        .executableTarget(
            name: "mien-fuzz", dependencies: ["MienCommand", "CMienV4L2", "CMienHEIF", "CMienJPEG"], path: "Tests/Fuzz",
            swiftSettings: swiftSettings, linkerSettings: checks.link),
        .executableTarget(
            name: "mien-checked", dependencies: ["MienCommand"], path: "Tests/Checked", swiftSettings: swiftSettings,
            linkerSettings: checks.link),
    ] : []

let package = Package(
    name: "mien",
    products: isChecked
        ? []
        : [
            .executable(name: "mien", targets: ["MienCommand"]),
            .library(name: "Mien", targets: ["Mien"]),
        ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // C and C++, one module for each foreign library.
        shim("assets", "CMienAssets", libraries: []),
        // Loaded at run time, when a recording is opened: linking them would cost every start 40 ms and 27 MB.
        shim("av", "CMienAV", libraries: []),
        shim("crash", "CMienCrash", libraries: []),
        // Loaded at run time, when there is something to draw: `freetype2` links to the system's headers.
        shim("freetype", "CMienFreeType", libraries: [], headers: "freetype2"),
        // Loaded at run time, for a photo in HEIC or AVIF.
        shim("heif", "CMienHEIF", libraries: []),
        shim("jpeg", "CMienJPEG", libraries: ["jpeg", "png16", "exif"]),
        shim("onednn", "CMienOneDNN", libraries: ["dnnl", "gomp"]),
        // Loaded at run time, for a picture in the terminal.
        shim("chafa", "CMienChafa", libraries: []),
        // Loaded at run time, when a window is asked for.
        shim("sdl", "CMienSDL", libraries: []),
        // `opencv4` links to the system's headers, which lie outside the compiler's usual path.
        shim(
            "opencv", "CMienOpenCV", libraries: ["opencv_objdetect", "opencv_imgproc", "opencv_core"],
            headers: "opencv4"),
        // libv4lconvert is loaded at run time, by the few cameras that need it.
        shim("v4l2", "CMienV4L2", libraries: []),

        // Arrows go down only.
        module("MienSystem", []),
        module("MienImage", []),
        module(
            "MienNN", ["CMienOneDNN", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["ONNX/onnx.proto"]),
        module(
            "MienCapture",
            ["MienSystem", "MienImage", "CMienAV", "CMienHEIF", "CMienJPEG", "CMienAssets", "CMienV4L2"]),
        module("MienVision", ["MienSystem", "MienImage", "MienNN", "CMienOpenCV", "CMienAssets"]),
        module("Mien", ["MienVision", "MienCapture", "CMienCrash", .product(name: "Logging", package: "swift-log")]),
        module(
            "MienOutput",
            [
                "MienSystem", "Mien", "CMienAssets", "CMienAV", "CMienChafa", "CMienCrash", "CMienFreeType", "CMienSDL",
            ]),
        module("MienTraining", ["MienSystem", "Mien", "MienNN"]),
        command,

        tests("MienSystemTests", of: ["MienSystem"]),
        tests("MienImageTests", of: ["MienImage"]),
        .target(name: "CMienAllocations", path: "Tests/AllocationCounter", cSettings: cSettings),
        tests("MienNNTests", of: ["MienNN", "CMienAllocations"]),
        tests("MienCaptureTests", of: ["MienCapture", "CMienAV", "CMienHEIF", "CMienV4L2"]),
        tests("MienVisionTests", of: ["MienVision", "MienCapture"]),
        tests("MienTests", of: ["Mien", "MienNN"]),
        tests("MienOutputTests", of: ["MienOutput", "CMienAV", "CMienChafa"]),
        tests("MienTrainingTests", of: ["MienTraining"]),
        // Runs the built program: MIEN_PROGRAM, or the release build's.
        .testTarget(name: "CommandLineTests", path: "Tests/CommandLine", swiftSettings: swiftSettings),
    ] + harnesses,
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu2x,
    cxxLanguageStandard: .cxx17
)
