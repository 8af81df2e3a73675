import MienNN

extension ExpressionModel {
    /// The network with its answers as shares, whatever it ends in: a softmax where there is none yet. The logarithm of
    /// one (`LogSoftmax`) is replaced.
    static func endingInShares(_ graph: Graph) -> Graph {
        var result = graph
        // What only changes the answers' shape doesn't count.
        var name = graph.output.name
        // Each comes after those it depends on; a file in which they form a circle must not keep us here.
        var end = graph.nodes.count
        while let index = graph.nodes[..<end].lastIndex(where: { $0.outputs.first == name }) {
            let node = graph.nodes[index]
            end = index
            switch node.operation {
            // A network that gives each class a share of its own is taken at its word; they are made to add up to 1.
            case "Softmax", "Sigmoid": return graph
            case "LogSoftmax":
                for index in result.nodes.indices where result.nodes[index].outputs.first == name {
                    result.nodes[index].operation = "Softmax"
                }
                return result
            case "Identity", "Dropout", "Flatten", "Reshape", "Squeeze", "Cast":
                guard let input = node.inputs.first else { return graph }
                name = input
                continue
            default: break
            }
            break
        }
        let shares = "\(graph.output.name) as shares"
        result.nodes.append(
            Graph.Node(
                "Softmax", name: "shares", inputs: [graph.output.name], outputs: [shares],
                attributes: ["axis": .integer(1)]))
        result.output = Graph.Value(name: shares, shape: graph.output.shape)
        return result
    }

    /// The file's metadata keys for classes: ours, and those that other programs and people use.
    private static let classKeys = [classesKey, "classes", "class_names", "labels", "names", "id2label"]

    /// The names of the outputs as the file or the options say, or nil.
    static func classes(_ model: Model, _ options: ModelOptions) -> [String]? {
        options.classes ?? classKeys.lazy.compactMap { model.metadata[$0] }.first.map(ModelOptions.classes(in:))
    }

    /// Of each expression its place in the network's `count` outputs; the names that are none of the six; and what was
    /// taken for granted.
    static func places(
        of classes: [String]?, count: Int, _ path: String
    ) throws(VisionError) -> (places: [Int], others: [String], assumption: String?) {
        let six = Expression.allCases.map(\.name).joined(separator: ",")
        guard let classes else {
            guard count == Expression.allCases.count else {
                let known = ModelOptions.knownClasses.filter { $0.classes.count == count }
                    .map { "\($0.name) (\($0.classes.joined(separator: ",")))" }
                throw refusal(
                    path,
                    "it gives \(count) numbers, and its file doesn't say for which classes; name them with "
                        + "--model-classes" + (known.isEmpty ? "" : ", such as " + known.joined(separator: " or ")))
            }
            return (Array(Expression.allCases.indices), [], "its six outputs are \(six)")
        }
        guard classes.count == count else {
            throw refusal(
                path,
                "it gives \(count) numbers for \(classes.count) classes (\(classes.joined(separator: ","))); name each "
                    + "output with --model-classes")
        }
        let named = classes.map { Expression(anySpelling: $0) }
        for expression in Expression.allCases {
            let same = zip(classes, named).filter { $0.1 == expression }.map(\.0)
            guard same.count == 1 else {
                let fault =
                    same.isEmpty ? "none is \(expression.name)" : "\(same.joined(separator: " and ")) are the same"
                throw refusal(
                    path,
                    "its classes are \(classes.joined(separator: ",")), and not \(six) in some order: \(fault) (others "
                        + "beside them don't matter)")
            }
        }
        let places = Expression.allCases.compactMap { named.firstIndex(of: $0) }
        return (places, zip(classes, named).filter { $0.1 == nil }.map(\.0), nil)
    }

    /// The normalisation as the file or the options say, or nil.
    static func normalisation(
        _ model: Model, _ options: ModelOptions, _ path: String
    ) throws(VisionError) -> FacePicture.Normalisation? {
        if let given = options.normalisation { return given }
        guard let word = model.metadata[FacePicture.Normalisation.metadataKey] else { return nil }
        guard let known = FacePicture.Normalisation(rawValue: word) else {
            throw refusal(
                path,
                "its metadata name a normalisation that isn't known: \(word) (known are "
                    + "\(FacePicture.Normalisation.choices))")
        }
        return known
    }

    static func text(_ shape: [Int]) -> String { shape.map { "\($0)" }.joined(separator: "x") }

    static func refusal(_ path: String, _ reason: String) -> VisionError {
        VisionError("cannot use the model \(path): \(reason)")
    }
}
