import Testing

@Suite(.enabled(if: Program.isBuilt, Program.missing))
struct DemoTests {
    @Test("The demo needs nothing, shows six expressions in twelve seconds, and all are named right")
    func allSix() throws {
        let outcome = try Program.run(["demo", "--seconds", "12"])
        #expect(outcome.status == 0)
        #expect(outcome.errors == "mien: demo: all six expressions were named right\n")
        let frames = try outcome.frames()
        #expect(frames.count == 360)
        #expect(frames.filter { $0.faces.count == 1 }.count >= 356)
        #expect(frames.allSatisfy { $0.source == "demo" && $0.width == 640 && $0.height == 360 })
        #expect(Set(frames.flatMap { $0.faces.map(\.label) }).count == 6)
    }

    @Test("A demo that is cut short says how far it got")
    func short() throws {
        let outcome = try Program.run(["demo", "--frames", "10"])
        #expect(outcome.errors == "mien: demo: named right as far as it went: 1 of six expressions\n")
        #expect(try outcome.frames().count == 10)
    }
}
