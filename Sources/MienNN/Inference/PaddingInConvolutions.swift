extension Graph {
    /// The same network with zeros around pictures (`Pad`) made part of the convolutions that read them, which is how
    /// convolutions take them anyway. Pads that something else reads stay.
    func withPaddingInConvolutions() -> Graph { withPaddingBehindTranspositions().paddingMerged() }

    private func isOutput(_ name: String) -> Bool { outputs.contains { $0.name == name } }

    /// Which nodes read each value.
    private var readers: [String: [Node]] {
        nodes.reduce(into: [:]) { readers, node in
            for input in Set(node.inputs) { readers[input, default: []].append(node) }
        }
    }

    /// TensorFlow's pictures have their channels last, and get their padding before they are transposed for a
    /// convolution: here they get it afterwards.
    private func withPaddingBehindTranspositions() -> Graph {
        var result = self
        let readers = readers
        // By the name of the padded picture: the node, and what it adds to each dimension.
        var moved: [String: (node: Node, pads: [Int])] = [:]
        for node in nodes where node.operation == "Pad" {
            guard let name = node.outputs.first, !isOutput(name), let pads = zeroPads(node),
                let next = readers[name], next.count == 1, next[0].operation == "Transpose",
                case .integers(let order) = next[0].attributes["perm"], order.sorted() == [0, 1, 2, 3]
            else { continue }
            moved[name] = (node, order.map { pads[$0] } + order.map { pads[4 + $0] })
        }
        result.nodes = nodes.flatMap { node -> [Node] in
            if let name = node.outputs.first, moved[name] != nil { return [] }
            guard let input = node.inputs.first, let (pad, pads) = moved[input], let name = node.outputs.first else {
                return [node]
            }
            let between = "\(name) unpadded"
            var transposition = node
            (transposition.inputs, transposition.outputs) = ([pad.inputs[0]], [between])
            let padding = Node(
                "Pad", name: pad.name, inputs: [between], outputs: [name], attributes: ["pads": .integers(pads)])
            return [transposition, padding]
        }
        return result
    }

    private func paddingMerged() -> Graph {
        var result = self
        let readers = readers
        var padded: [String: (source: String, pads: [Int])] = [:]
        for node in nodes where node.operation == "Pad" {
            guard let source = node.inputs.first, let name = node.outputs.first, !isOutput(name),
                let pads = picturePads(node),
                (readers[name] ?? []).allSatisfy({ $0.inputs.first == name && $0.hasOwnPads })
            else { continue }
            padded[name] = (source, pads)
        }
        result.nodes = nodes.compactMap { node in
            if let name = node.outputs.first, padded[name] != nil { return nil }
            guard let input = node.inputs.first, let (source, pads) = padded[input] else { return node }
            var convolution = node
            convolution.inputs[0] = source
            var own = [0, 0, 0, 0]
            if case .integers(let given) = node.attributes["pads"], given.count == 4 { own = given }
            convolution.attributes["pads"] = .integers(zip(own, pads).map { $0 &+ $1 })
            convolution.attributes["auto_pad"] = .string("NOTSET")
            return convolution
        }
        return result
    }

    /// Top, left, bottom and right, where these are what a `Pad` adds, as zeros; nil for others.
    private func picturePads(_ node: Node) -> [Int]? {
        guard let pads = zeroPads(node), [0, 1, 4, 5].allSatisfy({ pads[$0] == 0 }) else { return nil }
        return [pads[2], pads[3], pads[6], pads[7]]
    }

    /// What a `Pad` adds before and after each of four dimensions, where it is zeros; nil for others.
    private func zeroPads(_ node: Node) -> [Int]? {
        func input(_ index: Int) -> String? {
            node.inputs.indices.contains(index) && !node.inputs[index].isEmpty ? node.inputs[index] : nil
        }
        if case .string(let mode) = node.attributes["mode"], mode != "constant" { return nil }
        if case .float(let value) = node.attributes["value"], value != 0 { return nil }
        if let value = input(2), tensors[value]?.values != [0] { return nil }
        if input(3) != nil { return nil }
        var pads: [Int]?
        if case .integers(let values) = node.attributes["pads"] { pads = values }
        if let name = input(1) { pads = integers[name] }
        guard let pads, pads.count == 8, pads.allSatisfy({ $0 >= 0 }), !node.inputs.isEmpty else { return nil }
        return pads
    }
}

extension Graph.Node {
    /// A convolution whose padding is a matter of numbers alone.
    fileprivate var hasOwnPads: Bool {
        guard operation == "Conv" else { return false }
        if case .string(let padding) = attributes["auto_pad"] { return ["NOTSET", "VALID"].contains(padding) }
        return true
    }
}
