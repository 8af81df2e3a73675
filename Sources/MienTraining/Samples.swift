import Glibc
import MienNN
import MienVision

/// What a network learns from in one epoch: pictures as augmentation changes them, and their targets.
struct Samples: Sendable {
    let recipe: Recipe
    let pictures: PictureSet
    /// Of a picture of each class.
    let weights: [Float]
    let epoch: Int

    /// Where sample `row` lies in the input and in the targets of a micro-batch.
    static func inputRange(_ row: Int) -> Range<Int> {
        (row * FacePicture.pixelCount)..<((row + 1) * FacePicture.pixelCount)
    }

    static func targetRange(_ row: Int) -> Range<Int> {
        let count = MienVision.Expression.allCases.count
        return (row * count)..<((row + 1) * count)
    }

    /// Writes a picture's input and target, mixed with those of `other` if the recipe says so. Allocates nothing.
    func write(
        _ index: Int, mixedWith other: Int, to input: UnsafeMutableBufferPointer<Float>,
        _ targets: UnsafeMutableBufferPointer<Float>
    ) {
        write(index, Purpose.augmentation, to: input, targets)
        guard recipe.mixing > 0 else { return }
        var generator = SplitMix64(recipe.chance, Purpose.mixing, UInt64(epoch), UInt64(index))
        let share = generator.beta(recipe.mixing)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: input.count + targets.count) { room in
            let otherInput = UnsafeMutableBufferPointer(rebasing: room[..<input.count])
            let otherTargets = UnsafeMutableBufferPointer(rebasing: room[input.count...])
            // Changed otherwise than when it is its own turn.
            write(other, Purpose.mixing, to: otherInput, otherTargets)
            for index in input.indices { input[index] += share * (otherInput[index] - input[index]) }
            for index in targets.indices { targets[index] += share * (otherTargets[index] - targets[index]) }
        }
    }

    private func write(
        _ index: Int, _ purpose: UInt64, to input: UnsafeMutableBufferPointer<Float>,
        _ targets: UnsafeMutableBufferPointer<Float>
    ) {
        var generator = SplitMix64(recipe.chance, purpose, UInt64(epoch), UInt64(index))
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: FacePicture.pixelCount) { changed in
            pictures.withPicture(index) { recipe.augmentation.apply(to: $0, into: changed, &generator) }
            FacePicture.normalise(UnsafeBufferPointer(changed), into: input, as: recipe.normalisation)
        }
        let (label, shares) = (pictures.labels[index], pictures.targets[index])
        let classes = MienVision.Expression.allCases
        for expression in classes {
            let target = recipe.learnsFromVotes ? shares[expression] : expression == label ? 1 : 0
            targets[expression.rawValue] =
                weights[label.rawValue] * (target + recipe.smoothing * (1 / Float(classes.count) - target))
        }
    }
}

extension SplitMix64 {
    /// Of the beta distribution with both parameters `alpha`, the half below 1/2. (Jöhnk, 1964)
    mutating func beta(_ alpha: Float) -> Float {
        while true {
            let (x, y) = (powf(uniform(), 1 / alpha), powf(uniform(), 1 / alpha))
            // Where both are smaller than numbers can be, one is nothing beside the other.
            if x + y <= 1 { return x + y > 0 ? min(x, y) / (x + y) : 0 }
        }
    }
}
