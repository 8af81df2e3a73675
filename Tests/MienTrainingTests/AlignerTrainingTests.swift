import MienNN
import MienVision
import Testing

@testable import MienTraining

@Suite("Training the network that follows faces")
struct AlignerTrainingTests {
    private static let pictures = PictureSet.bars(each: 20)

    private func training(seed: UInt64 = 1, threads: Int = 1) throws -> AlignerTraining {
        var recipe = AlignerTraining.Recipe()
        (recipe.epochs, recipe.batch, recipe.seed) = (3, 32, seed)
        return try AlignerTraining(recipe, pictures: Self.pictures, threads: threads)
    }

    @Test("brings the loss down") func learns() throws {
        let run = try training()
        let losses = try (0..<3).map { try run.learn(epoch: $0) }
        #expect(losses[2] < losses[0])
        #expect(try run.score().facesFound > 0)
    }

    @Test("gives the same network for any number of threads, and another for another seed") func threads() throws {
        let models = try [(1, 1), (1, 2), (2, 1)].map { seed, threads in
            let run = try training(seed: UInt64(seed), threads: threads)
            _ = try run.learn(epoch: 0)
            return try run.model(data: "bars").onnx()
        }
        #expect(models[0] == models[1])
        #expect(models[0] != models[2])
    }

    @Test("a sample is the same whenever it is made, and its face lies where its answer says") func samples() {
        let samples = AlignmentSamples(pictures: Self.pictures, seed: 3, epoch: 0)
        var (faces, others) = (0, 0)
        for index in 0..<Self.pictures.count {
            let made = (0..<2).map { _ in
                var input = [Float](repeating: 0, count: AlignmentSamples.inputCount)
                var targets = [Float](repeating: 0, count: AlignmentSamples.targetCount)
                let wanted = input.withUnsafeMutableBufferPointer { input in
                    targets.withUnsafeMutableBufferPointer { samples.write(index, to: input, $0) }
                }
                return (input, targets, wanted)
            }
            #expect(made[0].0 == made[1].0)
            #expect(made[0].1 == made[1].1)
            let wanted = made[0].2
            if wanted.faceness > 0 { faces += 1 } else { others += 1 }
            #expect(max(abs(wanted.right), abs(wanted.down), abs(wanted.growth)) <= Alignment.reach)
        }
        #expect(faces > others)
        #expect(others > 0)
    }
}
