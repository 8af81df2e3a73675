import Testing

@testable import MienOutput

struct ProgressTests {
    private var half: Progress {
        var progress = Progress()
        (progress.input, progress.inputs, progress.inputsDone) = ("talks/a long name.mp4", 3, 1)
        (progress.frames, progress.seconds, progress.recordedSeconds) = (1000, 10, 40)
        progress.fraction = 0.25
        return progress
    }

    private func line(_ progress: Progress, _ columns: Int) -> String {
        ProgressBar(columns: columns, hasUnicode: true).line(progress)
    }

    @Test("The line has what is in hand, a bar, percent, both speeds and the time left")
    func line() {
        #expect(
            line(half, 99) == """
                2/3 talks/a long name.mp4            ██████░░░░░░░░░░░░░░░░░░   25 %  100 frames/s  4.0x  0:30 left
                """)
    }

    @Test("It is never wider than the terminal, and of a long name the end is kept")
    func narrow() {
        for columns in 1..<120 { #expect(line(half, columns).count <= columns) }
        #expect(line(half, 70).hasPrefix("…"))
        #expect(line(half, 20).hasPrefix("   25 %"))
    }

    @Test("Where the length isn't known there is no bar and no percent; photos have no times real time")
    func unknown() {
        var progress = half
        progress.fraction = nil
        progress.recordedSeconds = 0
        #expect(!line(progress, 99).contains("%"))
        #expect(line(progress, 99).hasSuffix("1000 frames  100 frames/s"))
        #expect(progress.json.contains("\"progress\":null,") && progress.json.contains("\"times_real_time\":null,"))
    }

    @Test("JSON says the same")
    func json() {
        #expect(
            half.json == """
                {"progress":0.2500,"input":"talks/a long name.mp4","inputs_done":1,"inputs":3,"frames":1000,\
                "seconds":10.000,"frames_per_second":100.00,"times_real_time":4.00,"seconds_left":30.0}
                """)
    }
}
