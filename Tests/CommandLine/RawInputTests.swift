import Testing

/// Raw frames on standard input, as `mien devices --test -` reads them.
@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct RawInputTests {
    @Test("frames are read to the end of the input, and a part of one there is told of")
    func frames() throws {
        let result = try Program.shell(
            "head -c 10250 /dev/zero | \"$MIEN\" devices --test - --size 64x32 --format grey --json")
        #expect(result.status == 0)
        #expect(result.output.contains("\"frames\":5,") && result.output.contains("\"width\":64,\"height\":32,"))
        #expect(result.errors.contains("the last 10 bytes"))
    }

    @Test(
        "a signal ends a wait for input that never comes, in good order",
        arguments: [("INT", Int32(130)), ("TERM", 143)])
    func signals(name: String, status: Int32) throws {
        // The shell keeps the pipe open; `timeout` sends the signal, and what can't be caught 10 s later.
        let result = try Program.shell(
            """
            pipe=$(mktemp -u) && mkfifo "$pipe" && exec 3<>"$pipe" && rm "$pipe"
            timeout --preserve-status --signal \(name) --kill-after 10 1 \
            "$MIEN" devices --test - --size 64x32 --format grey --seconds 60 <&3
            """)
        #expect(result.status == status)
        #expect(result.output.contains("frames    0"))
    }

    @Test("size and format have to be given, and the format to be one with frames of one size")
    func wrongUse() throws {
        let nothing = try Program.run(["devices", "--test", "-"])
        #expect(nothing.status == 64 && nothing.errors.contains("--size and --format"))
        let compressed = try Program.run(["devices", "--test", "-", "--size", "64x32", "--format", "mjpeg"])
        #expect(compressed.status == 1 && compressed.errors.contains("container"))
        let short = try Program.shell("echo | \"$MIEN\" devices --test - --size 64x32 --format grey")
        #expect(short.status == 1 && short.errors.contains("only 1 bytes came"))
    }
}
