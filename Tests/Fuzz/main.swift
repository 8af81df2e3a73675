// Feeds a harness with what libFuzzer makes up: see scripts/fuzz.
//
// usage: mien-fuzz HARNESS seeds FOLDER      writes what to start from
//        mien-fuzz HARNESS [libFuzzer's options and folders]
//        mien-fuzz                           lists the harnesses
import Glibc

/// libFuzzer as a function, whose `main` we don't want.
@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

guard let harness = Harness.all.first(where: { CommandLine.arguments.dropFirst().first == $0.name }) else {
    for harness in Harness.all { print(harness.name) }
    exit(CommandLine.argc > 1 ? 64 : 0)
}

if CommandLine.argc == 4, CommandLine.arguments[2] == "seeds" {
    for (index, seed) in harness.seeds().enumerated() {
        let file = open("\(CommandLine.arguments[3])/seed-\(index)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard seed.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) == seed.count else { exit(1) }
        close(file)
    }
    exit(0)
}

// Without the harness's name.
var count = CommandLine.argc - 1
var arguments = CommandLine.unsafeArgv + 1
arguments[0] = CommandLine.unsafeArgv[0]
Harness.chosen = harness
exit(
    runFuzzer(&count, &arguments) { bytes, count in
        Harness.chosen?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    })
