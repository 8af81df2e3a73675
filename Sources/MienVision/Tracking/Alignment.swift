import Glibc

/// How a face lies to a region that is taken for it, and how a network says so.
///
/// The network's output is four answers of `binCount` logits each: right, down, growth, and whether there is a face at
/// all. The first three are spread over values between -`reach` and `reach`, and mean their expectation: a network that
/// learns where between two bins the truth lies is more exact than one that learns the number. (Li et al.:
/// Generalized Focal Loss, 2020.) Of the last, bin 0 says no and bin 1 yes.
public struct Alignment: Hashable, Sendable {
    /// From the region's middle to the face's, in widths of the region.
    public var right: Float
    public var down: Float
    /// The natural logarithm of the face's width in widths of the region.
    public var growth: Float
    /// How sure it is that a face is there at all, 0 to 1.
    public var faceness: Float

    public init(right: Float = 0, down: Float = 0, growth: Float = 0, faceness: Float = 1) {
        (self.right, self.down, self.growth, self.faceness) = (right, down, growth, faceness)
    }

    /// Width and height of the picture that the network sees, in pixels.
    public static let side = 32
    /// And in widths of the region.
    public static let margin = 1.1
    public static let answerCount = 4
    public static let binCount = 9
    /// The largest offset or growth that the network can tell, either way.
    public static let reach: Float = 0.4

    /// The distance of neighbouring bins.
    private static let step = 2 * reach / Float(binCount - 1)

    /// What a network answers. `logits`: `answerCount` times `binCount`.
    public init(logits: UnsafeBufferPointer<Float>) {
        right = Self.expectation(logits, 0)
        down = Self.expectation(logits, 1)
        growth = Self.expectation(logits, 2)
        faceness = 1 / (1 + expf(logits[3 * Self.binCount] - logits[3 * Self.binCount + 1]))
    }

    private static func expectation(_ logits: UnsafeBufferPointer<Float>, _ answer: Int) -> Float {
        let range = answer * binCount..<(answer + 1) * binCount
        var (largest, total, sum) = (-Float.infinity, Float(0), Float(0))
        for index in range { largest = max(largest, logits[index]) }
        for index in range {
            let share = expf(logits[index] - largest)
            total += share
            sum += share * Float(index - range.lowerBound)
        }
        return sum / total * step - reach
    }

    /// Writes what a network should answer: shares of the two bins next to each value.
    ///
    /// Of what is no face nobody can say where it lies: these answers get no shares, so that nothing is learnt from them.
    public func write(to targets: UnsafeMutableBufferPointer<Float>) {
        for index in targets.indices { targets[index] = 0 }
        targets[3 * Self.binCount] = 1 - faceness
        targets[3 * Self.binCount + 1] = faceness
        guard faceness > 0 else { return }
        for (answer, value) in [right, down, growth].enumerated() {
            let place = min(max((value + Self.reach) / Self.step, 0), Float(Self.binCount - 1))
            let lower = min(Int(place), Self.binCount - 2)
            targets[answer * Self.binCount + lower] = 1 - (place - Float(lower))
            targets[answer * Self.binCount + lower + 1] = place - Float(lower)
        }
    }
}
