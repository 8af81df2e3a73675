import Mien
import Testing

/// Plays the demo's pictures, and then breaks off if it is asked to.
private final class Recording: FrameSource {
    let name: String
    let frameCount: Int? = nil
    private let demo: DemoSource
    private let breaks: Bool

    init(_ name: String, frames: Int, breaks: Bool = false) throws {
        var options = DemoSource.Options()
        options.frames = frames
        (options.width, options.height) = (160, 120)
        demo = try DemoSource(options)
        self.name = name
        self.breaks = breaks
    }

    func read(into frame: inout Frame) throws(CaptureError) -> Bool {
        if try demo.read(into: &frame) { return true }
        if breaks { throw CaptureError(.broken, "\(name) breaks off") }
        return false
    }
}

/// Remembers what it was told, and fails where it is asked to.
private final class Memory: Sink {
    var begun = 0
    var finished = 0
    var results: [FrameResult] = []
    var failure: SinkError?
    private let limit: Int

    init(failure: SinkError? = nil, after limit: Int = 0) {
        self.failure = failure
        self.limit = limit
    }

    func begin(_ run: RunDescription) { begun += 1 }

    func write(_ result: borrowing FrameResult) throws(SinkError) {
        if let failure, results.count == limit { throw failure }
        results.append(copy result)
    }

    func finish() { finished += 1 }
}

struct RunTests {
    private func pipeline() throws -> Pipeline { try Pipeline() }

    @Test("Every frame of a source arrives in order, with its faces, and is counted")
    func order() throws {
        let sink = Memory()
        let summary = try pipeline().run(Recording("a", frames: 5), into: [sink])
        #expect((sink.begun, sink.finished) == (1, 1))
        #expect(sink.results.map(\.frame) == [0, 1, 2, 3, 4])
        #expect(sink.results.allSatisfy { $0.source == "a" && $0.width == 160 && $0.height == 120 })
        #expect(sink.results.allSatisfy { $0.faces.map(\.id) == [1] })
        #expect((summary.sources, summary.frames, summary.framesWithFaces, summary.faces) == (1, 5, 5, 5))
        #expect(Expression.allCases.reduce(0) { $0 + summary[$1] } == 5)
        #expect(Stage.allCases.allSatisfy { summary.stages[$0].items == ($0 == .picture ? 0 : 5) })
    }

    @Test("A source that breaks off leaves what was found, and the sinks complete")
    func broken() throws {
        let sink = Memory()
        let error = try #require(throws: PipelineError.self) {
            try pipeline().run(Recording("a", frames: 3, breaks: true), into: [sink])
        }
        #expect(error.description == "a breaks off")
        #expect((sink.results.count, sink.finished) == (3, 1))
    }

    @Test("After a broken source the run goes on with the next")
    func nextSource() throws {
        let sink = Memory()
        let run = try Run(pipeline(), into: [sink])
        #expect(throws: PipelineError.self) { try run.process(Recording("a", frames: 1, breaks: true)) }
        try run.process(Recording("b", frames: 2))
        let summary = try run.finish()
        #expect(sink.results.map(\.source) == ["a", "b", "b"])
        #expect((sink.begun, sink.finished, summary.sources, summary.frames) == (1, 1, 2, 3))
    }

    @Test("A sink that fails ends the run, and all sinks are completed")
    func failingSink() throws {
        let (sound, failing) = (Memory(), Memory(failure: SinkError("disk full"), after: 2))
        let error = try #require(throws: PipelineError.self) {
            try pipeline().run(Recording("a", frames: 9), into: [sound, failing])
        }
        #expect(error.description == "disk full")
        #expect((sound.results.count, sound.finished, failing.finished) == (3, 1, 1))
    }

    @Test("A reader that goes away ends its sink alone, and the run only if there is no other")
    func closedPipe() throws {
        let gone = SinkError("gone", isClosedPipe: true)
        let (sound, closed) = (Memory(), Memory(failure: gone, after: 1))
        #expect(try pipeline().run(Recording("a", frames: 4), into: [closed, sound]).frames == 4)
        #expect((sound.results.count, closed.results.count) == (4, 1))
        #expect(try pipeline().run(Recording("a", frames: 4), into: [Memory(failure: gone, after: 1)]).frames == 2)
    }

    @Test("A stop is orderly: no more frames, sinks completed, no error")
    func stop() throws {
        let (sink, stop) = (Memory(), StopFlag())
        let run = try Run(pipeline(), into: [sink], stop: stop)
        try run.process(Recording("a", frames: 2))
        stop.set()
        #expect(run.isOver)
        try run.process(Recording("b", frames: 2))
        #expect(try run.finish().frames == 2)
        #expect(sink.finished == 1)
    }

    @Test("A program can take results in a closure, and needs no sink at all")
    func closure() throws {
        var frames: [Int] = []
        try pipeline().run(Recording("a", frames: 3)) { frames.append($0.frame) }
        #expect(frames == [0, 1, 2])
        #expect(try pipeline().run(Recording("a", frames: 3), into: []).frames == 3)
    }
}
