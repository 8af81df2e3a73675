import MienNN
import MienTraining
import MienVision
import Testing

@Suite("Evaluation") struct EvaluationTests {
    private func answer(_ expression: MienVision.Expression, _ confidence: Float) -> Probabilities {
        Probabilities(MienVision.Expression.allCases.map { $0 == expression ? confidence : (1 - confidence) / 5 })
    }

    /// Happy: 3 of 4 right; sad: 1 of 2 right.
    private var evaluation: Evaluation {
        var evaluation = Evaluation()
        evaluation.add(answer(.happy, 1), label: .happy)
        evaluation.add(answer(.happy, 0.95), label: .happy)
        evaluation.add(answer(.happy, 0.95), label: .happy)
        evaluation.add(answer(.sad, 0.5), label: .happy)
        evaluation.add(answer(.sad, 0.5), label: .sad)
        evaluation.add(answer(.angry, 0.7), label: .sad)
        return evaluation
    }

    @Test("rows of the confusion matrix are true classes, columns answers") func confusion() {
        #expect(evaluation.confusion[2] == [0, 0, 3, 0, 1, 0])
        #expect(evaluation.confusion[4] == [1, 0, 0, 0, 1, 0])
        #expect(evaluation.count == 6)
    }

    @Test("recall is of the true class, precision of the answer") func recall() {
        #expect(evaluation.recall == [nil, nil, 0.75, nil, 0.5, nil])
        #expect(evaluation.precision == [0, nil, 1, nil, 0.5, nil])
        #expect(abs(evaluation.accuracy - 4.0 / 6) < 1e-12)
        #expect(evaluation.macroRecall == 0.625)
    }

    @Test("the calibration error is the distance of confidence from the share of right answers, by bins")
    func calibration() {
        // Bins: 1 and 0.95 twice (3 right, 2.9); 0.5 twice (1 right, 1.0); 0.7 (0 right, 0.7).
        #expect(abs(evaluation.expectedCalibrationError - (0.1 + 0 + 0.7) / 6) < 1e-6)
        #expect(Evaluation().expectedCalibrationError == 0)
    }

    @Test("answers that are no numbers count as wrong") func noNumbers() {
        var evaluation = Evaluation()
        evaluation.add(Probabilities([Float](repeating: .nan, count: 6)), label: .happy)
        #expect(evaluation.accuracy == 0)
        #expect(evaluation.expectedCalibrationError == 0)
    }

    @Test("JSON has the keys, order and numbers that are promised") func json() {
        #expect(
            evaluation.json(model: "a \"b\"") == """
                {"model":"a \\"b\\"","count":6,"accuracy":0.666667,"macro_recall":0.625,\
                "expected_calibration_error":0.133333,"recall":{"angry":null,"fear":null,"happy":0.75,"neutral":null,\
                "sad":0.5,"surprise":null},"confusion":[[0,0,0,0,0,0],[0,0,0,0,0,0],[0,0,3,0,1,0],[0,0,0,0,0,0],\
                [1,0,0,0,1,0],[0,0,0,0,0,0]]}
                """)
    }

    @Test("answers as CSV have a row for each picture, with all digits") func csv() {
        let csv = Evaluation.csv([answer(.happy, 0.75)], labels: [.sad])
        #expect(
            csv == """
                label,answer,confidence,angry,fear,happy,neutral,sad,surprise
                sad,happy,0.75,0.05,0.05,0.75,0.05,0.05,0.05

                """)
    }

    @Test("answers are in the pictures' order for any number of threads") func order() throws {
        let graph = try Architecture(name: "a", text: "input 1 48x48\ndense 6\nsoftmax").graph(seed: 1)
        let pictures = PictureSet.bars(each: 100)
        let all = try [1, 3].map { try Evaluation.answers(of: Model(graph: graph), to: pictures, threads: $0) }
        #expect(all[0] == all[1])
        #expect(all[0].count == 600)
        let last = try Evaluation.answers(of: Model(graph: graph), to: pictures.selecting([599]), threads: 1)
        #expect(all[0].last == last[0])
    }

    @Test("a network that doesn't take faces or give the six classes is refused") func wrongNetwork() throws {
        for text in ["input 2 32x32\ndense 6\nsoftmax", "input 1 48x48\ndense 5\nsoftmax"] {
            let graph = try Architecture(name: "a", text: text).graph(seed: 1)
            #expect(throws: ModelError.self) {
                try Evaluation.answers(of: Model(graph: graph), to: PictureSet.bars(each: 1), threads: 1)
            }
        }
    }

    @Test("the table has the scores in percent") func table() {
        let table = evaluation.table(model: "net")
        #expect(table.hasPrefix("net: 6 pictures\n"))
        #expect(table.contains("accuracy                    66.7 %"))
        #expect(table.contains("    happy          0        0        3        0        1        0     75.0\n"))
    }
}
