internal import CMienOneDNN

extension LayerList {
    /// The same network in fewer, larger steps: what can be done to a result while it is still in a register becomes part
    /// of the kernel that makes it.
    func simplified() -> LayerList {
        var list = self
        list.recogniseSwish()
        list.dropUnused()
        list.letDenseReadPictures()
        while list.fuseOnce(sums: false) {}
        // Last, since what sums are written into is lost: from here on no layer may be moved behind one.
        while list.fuseOnce(sums: true) {}
        return list
    }

    /// How often each value is read.
    private var uses: [Int] {
        var uses = Array(repeating: 0, count: shapes.count)
        uses[output] += 1
        for layer in layers { for input in layer.inputs { uses[input] += 1 } }
        return uses
    }

    private mutating func dropUnused() {
        var needed: Set = [output]
        for layer in layers.reversed() where needed.contains(layer.output) { needed.formUnion(layer.inputs) }
        layers.removeAll { !needed.contains($0.output) }
    }

    private func producer(of value: Int) -> Int? { layers.firstIndex { $0.output == value } }

    /// x * sigmoid(x) and x * hardsigmoid(x), which exporters write as two nodes, are functions of their own.
    private mutating func recogniseSwish() {
        for index in layers.indices {
            let layer = layers[index]
            guard let product = layer.operation as? Arithmetic, product.algorithm == dnnl_binary_mul,
                layer.inputs.count == 2
            else { continue }
            for (x, gate) in [(layer.inputs[0], layer.inputs[1]), (layer.inputs[1], layer.inputs[0])] {
                guard let maker = producer(of: gate), layers[maker].inputs == [x],
                    let activation = layers[maker].operation as? Activation,
                    let function = activation.timesItself
                else { continue }
                layers[index].operation = Activation(functions: [function])
                layers[index].inputs = [x]
                break
            }
        }
    }

    /// A dense layer takes a picture as it is, with its weights in the picture's order, which saves the flattening.
    private mutating func letDenseReadPictures() {
        for index in layers.indices where layers[index].operation is Dense {
            guard let maker = producer(of: layers[index].inputs[0]), layers[maker].operation is Reshaping,
                shapes[layers[maker].inputs[0]].count == 4
            else { continue }
            layers[index].inputs = layers[maker].inputs
        }
        dropUnused()
    }

    /// Merges one layer into the one before, if there is one that can be.
    private mutating func fuseOnce(sums: Bool) -> Bool {
        let uses = uses
        for index in layers.indices where layers[index].operation is Arithmetic == sums {
            let layer = layers[index]
            for (position, input) in layer.inputs.enumerated() {
                // Only where nobody else wants to see the result as it was before.
                guard uses[input] == 1, let maker = producer(of: input) else { continue }
                let first = layers[maker].operation
                let others = layer.inputs.enumerated().filter { $0.offset != position }.map(\.element)
                if let merged = sums ? summed(maker, index, others) : fused(first, layer.operation) {
                    layers[index].operation = merged
                    layers[index].inputs = layers[maker].inputs + others
                    layers.remove(at: maker)
                    return true
                }
            }
        }
        return false
    }

    private func fused(_ first: any Operator, _ second: any Operator) -> (any Operator)? {
        switch second {
        case let activation as Activation: return first.followed(by: activation.functions)
        case let normalisation as Normalisation:
            guard let result = first.scaled(by: normalisation.scale, shift: normalisation.shift) else { return nil }
            return normalisation.functions.isEmpty ? result : result.followed(by: normalisation.functions)
        default: return nil
        }
    }

    /// The layer `maker` adding its result to the value `others`, in place of the sum `index`.
    private func summed(_ maker: Int, _ index: Int, _ others: [Int]) -> (any Operator)? {
        guard let sum = layers[index].operation as? Arithmetic, sum.algorithm == dnnl_binary_add, sum.constant == nil,
            let other = others.first, shapes[other] == shapes[layers[index].output],
            isLost(other, after: layers[index]),
            // It moves behind the layers between, which must not write over what it reads.
            !layers[maker..<index].contains(where: { layer in
                layer.operation.writesInto.map { layers[maker].inputs.contains(layer.inputs[$0]) } ?? false
            }),
            let result = layers[maker].operation.accumulating()
        else { return nil }
        return sum.functions.isEmpty ? result : result.followed(by: sum.functions)
    }

    /// Whether `layer` is the last to read the value, and its memory belongs to it alone.
    private func isLost(_ value: Int, after layer: Layer) -> Bool {
        guard let maker = producer(of: value), !layers[maker].operation.isView, value != output else { return false }
        let readers = layers.filter { $0.inputs.contains(value) }
        return readers.last?.output == layer.output && readers.allSatisfy { !$0.operation.isView }
            && layer.inputs.filter { $0 == value }.count == 1
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
