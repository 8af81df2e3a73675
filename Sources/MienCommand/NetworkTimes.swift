import Glibc
import Mien
import MienNN

/// Processor time of the network alone, for a face, in milliseconds: the median of many calls on one thread.
struct NetworkTimes {
    let name: String
    private var one = 0.0
    private var sixteen = 0.0

    init(_ model: ExpressionModel) throws {
        name = model.name
        let context = try InferenceContext(model.network)
        for index in context.input.indices { context.input[index] = Float(index % 255) / 127 - 1 }
        one = try Self.median(context, batch: 1)
        sixteen = try Self.median(context, batch: 16)
    }

    private static func median(_ context: InferenceContext, batch: Int) throws -> Double {
        var times: [Double] = []
        for _ in 0..<(640 / batch) {
            let begun = BenchRun.clock(CLOCK_THREAD_CPUTIME_ID)
            try context.run(count: batch)
            times.append(1000 * (BenchRun.clock(CLOCK_THREAD_CPUTIME_ID) - begun) / Double(batch))
        }
        return times.sorted()[times.count / 2]
    }

    var text: String {
        "network \(name): \(JSON.decimal(one, 4)) ms a face alone, \(JSON.decimal(sixteen, 4)) ms in batches of 16"
    }

    var json: JSON { .object(["batch_1_ms": .real(one, digits: 5), "batch_16_ms": .real(sixteen, digits: 5)]) }
}
