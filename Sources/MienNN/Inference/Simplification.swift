internal import CMienOneDNN

extension LayerList {
    /// The same network in fewer, larger steps: what can be done to a result while it is still in a register becomes part
    /// of the kernel that makes it.
    func simplified() -> LayerList {
        var list = self
        list.recogniseSwish()
        list.letDenseReadPictures()
        list.dropUnused()
        list.mergeFunctions()
        // Last, since what sums are written over is lost: from then on no layer may be moved behind one unchecked.
        list.mergeSums()
        return list
    }

    private mutating func dropUnused() {
        var needed = Set(outputs)
        var kept: [Layer] = []
        for layer in layers.reversed() where needed.contains(layer.output) {
            needed.formUnion(layer.inputs)
            kept.append(layer)
        }
        layers = kept.reversed()
    }

    /// The layer that makes each value, by number.
    private var makers: [Int: Int] { Dictionary(uniqueKeysWithValues: layers.enumerated().map { ($1.output, $0) }) }

    /// How often each value is read, as a result of the network, too.
    private var uses: [Int] {
        var uses = Array(repeating: 0, count: shapes.count)
        for output in outputs { uses[output] += 1 }
        for layer in layers { for input in layer.inputs { uses[input] += 1 } }
        return uses
    }

    /// x * sigmoid(x) and x * hardsigmoid(x), which exporters write as two nodes, are functions of their own.
    private mutating func recogniseSwish() {
        let makers = makers
        for (index, layer) in layers.enumerated() {
            guard let product = layer.operation as? Arithmetic, product.algorithm == dnnl_binary_mul,
                layer.inputs.count == 2
            else { continue }
            for (x, gate) in [(layer.inputs[0], layer.inputs[1]), (layer.inputs[1], layer.inputs[0])] {
                guard let maker = makers[gate], layers[maker].inputs == [x],
                    let function = (layers[maker].operation as? Activation)?.timesItself
                else { continue }
                layers[index].operation = Activation(functions: [function])
                layers[index].inputs = [x]
                break
            }
        }
    }

    /// A dense layer takes a picture as it is, with its weights in the picture's order, which saves the flattening.
    private mutating func letDenseReadPictures() {
        let makers = makers
        for (index, layer) in layers.enumerated() where layer.operation is Dense {
            guard let maker = makers[layer.inputs[0]], layers[maker].operation is Reshaping,
                shapes[layers[maker].inputs[0]].count == 4
            else { continue }
            layers[index].inputs = layers[maker].inputs
        }
    }

    /// Makes functions and normalisations part of the layers before them.
    private mutating func mergeFunctions() {
        merge { first, _, second, _ in
            switch second.operation {
            case let activation as Activation: return first.operation.followed(by: activation.functions)
            case let normalisation as Normalisation:
                let result = first.operation.scaled(by: normalisation.scale, shift: normalisation.shift)
                return normalisation.functions.isEmpty ? result : result?.followed(by: normalisation.functions)
            default: return nil
            }
        }
    }

    /// Lets layers add their result to what another one made, in its memory, where nobody needs that any more.
    private mutating func mergeSums() {
        let makers = makers
        var lastReader: [Int: Int] = [:]
        var viewed = Set(outputs)
        for layer in layers {
            for input in layer.inputs { lastReader[input] = layer.output }
            if layer.operation.isView { viewed.formUnion(layer.inputs + [layer.output]) }
        }
        let shapes = shapes
        merge { first, between, second, others in
            guard let sum = second.operation as? Arithmetic, sum.algorithm == dnnl_binary_add, sum.constant == nil,
                others.count == 1, shapes[others[0]] == shapes[second.output],
                // A window would read what was written for the one before.
                !first.inputs.contains(others[0]),
                // Not the network's input, not seen under another name, and read for the last time here.
                makers[others[0]] != nil, !viewed.contains(others[0]), lastReader[others[0]] == second.output,
                // The first layer moves behind those between, which must not write over what it reads.
                !between.contains(where: { layer in
                    layer?.operation.writesInto.map { first.inputs.contains(layer?.inputs[$0] ?? -1) } ?? false
                })
            else { return nil }
            let result = first.operation.accumulating()
            return sum.functions.isEmpty ? result : result?.followed(by: sum.functions)
        }
    }

    /// Merges layers into the ones that read their results, in one pass, where nobody else reads these.
    ///
    /// - Parameter merged: from a layer, those between, the layer that reads its result, and the other inputs of that: the
    ///   operator that does the work of both, if there is one. It reads the inputs of the first and then the others.
    private mutating func merge(
        _ merged: (_ first: Layer, _ between: ArraySlice<Layer?>, _ second: Layer, _ others: [Int]) -> (any Operator)?
    ) {
        let uses = uses
        // Places of layers that were merged into later ones stay behind, empty.
        var result: [Layer?] = []
        var makers: [Int: Int] = [:]
        for layer in layers {
            var layer = layer
            for (position, input) in layer.inputs.enumerated() {
                guard uses[input] == 1, let maker = makers[input], let first = result[maker] else { continue }
                var others = layer.inputs
                others.remove(at: position)
                guard let operation = merged(first, result[(maker + 1)...], layer, others) else { continue }
                layer = Layer(
                    name: first.name, operation: operation, inputs: first.inputs + others, output: layer.output)
                result[maker] = nil
                break
            }
            makers[layer.output] = result.count
            result.append(layer)
        }
        layers = result.compactMap { $0 }
    }
}

extension Activation {
    /// The function that is x times this one, if there is such.
    fileprivate var timesItself: Function? {
        if functions == [Function(algorithm: dnnl_eltwise_logistic)] {
            return Function(algorithm: dnnl_eltwise_swish, alpha: 1)
        }
        guard functions.count == 2, functions[0].algorithm == dnnl_eltwise_linear,
            abs(functions[0].alpha - 1 / 6) < 1e-6, functions[0].beta == 0.5,
            functions[1] == Function(algorithm: dnnl_eltwise_clip, alpha: 0, beta: 1)
        else { return nil }
        return Function(algorithm: dnnl_eltwise_hardswish)
    }
}
