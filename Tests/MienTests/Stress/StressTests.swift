import Testing

@Suite("Under stress")
struct StressTests {
    @Test(
        "every frame is accounted for and every sink completed, whatever breaks, stops or dawdles",
        .timeLimit(.minutes(10)),
        arguments: [0, 250, 500, 750])
    func runs(first: UInt64) throws {
        let stress = try Stress()
        for seed in first..<first + 250 { #expect(stress.run(seed: seed) == nil) }
    }
}
