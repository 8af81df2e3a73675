/// Lets threads through one at a time, in the order of their numbers: 0, 1, 2 and so on, none left out.
final class Turnstile: Sendable {
    private let next = Monitor(0)

    /// Waits until all lower numbers have passed, runs `body`, and lets the next one through.
    ///
    /// `body` sees all that the bodies before it wrote.
    func pass<Result>(_ number: Int, _ body: () -> Result) -> Result {
        next.wait { $0 == number ? () : nil }
        defer { next.change { $0 += 1 } }
        return body()
    }
}
