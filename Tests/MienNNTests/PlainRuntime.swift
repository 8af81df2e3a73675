import MienNN

/// Runs graphs node by node in plain loops, as ONNX's operator documents say, in double precision: what the engine is
/// compared with.
struct PlainRuntime {
    struct Value {
        var shape: [Int]
        var numbers: [Double]

        init(_ shape: [Int], _ numbers: [Double]) { (self.shape, self.numbers) = (shape, numbers) }

        init(_ tensor: Tensor) { (shape, numbers) = (tensor.shape, tensor.values.map { Double($0) }) }

        func map(_ function: (Double) -> Double) -> Value { Value(shape, numbers.map(function)) }
    }

    let graph: Graph

    /// What each of the graph's outputs is for one sample.
    func run(_ input: [Float]) -> [Value] {
        var values = graph.tensors.mapValues { Value($0) }
        values[graph.input.name] = Value([1] + graph.input.shape.dropFirst().map { $0! }, input.map { Double($0) })
        for node in graph.nodes {
            let inputs = node.inputs.map { values[$0] }
            values[node.outputs[0]] = compute(node, inputs)
        }
        return graph.outputs.map { values[$0.name]! }
    }

    private func compute(_ node: Graph.Node, _ inputs: [Value?]) -> Value {
        let x = inputs[0]!
        switch node.operation {
        case "Conv": return convolution(node, x, inputs[1]!, inputs.count > 2 ? inputs[2] : nil)
        case "BatchNormalization":
            let numbers = inputs[1...].map { $0!.numbers }
            let epsilon = Double(node.float("epsilon", 1e-5))
            return perChannel(x) {
                (($0 - numbers[2][$1]) / (numbers[3][$1] + epsilon).squareRoot()) * numbers[0][$1] + numbers[1][$1]
            }
        case "MaxPool": return pooling(node, x) { window, _ in window.max()! }
        case "AveragePool":
            let counts = node.integer("count_include_pad", 0) != 0
            return pooling(node, x) { $0.reduce(0, +) / Double(counts ? $1 : $0.count) }
        case "GlobalAveragePool", "ReduceMean": return global(node, x) { $0.reduce(0, +) / Double($0.count) }
        case "GlobalMaxPool": return global(node, x) { $0.max()! }
        case "Gemm":
            let b = node.integer("transB", 0) != 0 ? transposed(inputs[1]!) : inputs[1]!
            let product = matrixProduct(x, b).map { $0 * Double(node.float("alpha", 1)) }
            guard inputs.count > 2, let c = inputs[2] else { return product }
            return elementwise(product, c) { $0 + $1 * Double(node.float("beta", 1)) }
        case "MatMul": return matrixProduct(x, inputs[1]!)
        case "Add": return elementwise(x, inputs[1]!, +)
        case "Sub": return elementwise(x, inputs[1]!, -)
        case "Mul": return elementwise(x, inputs[1]!, *)
        case "Div": return elementwise(x, inputs[1]!, /)
        case "Relu": return x.map { max($0, 0) }
        case "LeakyRelu": return x.map { $0 < 0 ? $0 * Double(node.float("alpha", 0.01)) : $0 }
        case "Elu": return x.map { $0 < 0 ? Double(node.float("alpha", 1)) * (exponential($0) - 1) : $0 }
        case "Sigmoid": return x.map { 1 / (1 + exponential(-$0)) }
        case "Tanh": return x.map { 1 - 2 / (exponential(2 * $0) + 1) }
        case "HardSigmoid":
            let (alpha, beta) = (Double(node.float("alpha", 0.2)), Double(node.float("beta", 0.5)))
            return x.map { min(max($0 * alpha + beta, 0), 1) }
        case "HardSwish": return x.map { $0 * min(max($0 / 6 + 0.5, 0), 1) }
        case "Clip":
            let low = inputs.count > 1 ? inputs[1]?.numbers[0] : nil
            let high = inputs.count > 2 ? inputs[2]?.numbers[0] : nil
            return x.map { min(max($0, low ?? -.infinity), high ?? .infinity) }
        case "Softmax":
            let largest = x.numbers.max()!
            let powers = x.map { exponential($0 - largest) }
            let sum = powers.numbers.reduce(0, +)
            return powers.map { $0 / sum }
        case "Flatten": return Value([1, x.numbers.count], x.numbers)
        case "Reshape":
            let wanted = graph.integers[node.inputs[1]]!.enumerated().map { $1 == 0 ? x.shape[$0] : $1 }
            let known = wanted.filter { $0 > 0 }.reduce(1, *)
            return Value(wanted.map { $0 < 0 ? x.numbers.count / known : $0 }, x.numbers)
        case "Transpose": return transposed(x, node.integers("perm", []))
        case "Resize": return resized(node, x, inputs)
        case "Identity", "Dropout": return x
        default: fatalError(node.operation)
        }
    }

    // MARK: Pictures

    private struct Geometry {
        var strides: [Int]
        var dilations: [Int]
        var padsBefore: [Int]
        var padsAfter: [Int]
        var size: [Int]

        init(_ node: Graph.Node, kernel: [Int], over size: [Int]) {
            strides = node.integers("strides", [1, 1])
            dilations = node.integers("dilations", [1, 1])
            let pads = node.integers("pads", [0, 0, 0, 0])
            (padsBefore, padsAfter) = (Array(pads[..<2]), Array(pads[2...]))
            let extents = (0..<2).map { [dilations] in (kernel[$0] - 1) * dilations[$0] + 1 }
            self.size = [0, 0]
            for axis in 0..<2 {
                if case .string(let padding) = node.attributes["auto_pad"], padding.hasPrefix("SAME") {
                    self.size[axis] = (size[axis] + strides[axis] - 1) / strides[axis]
                    let total = max(0, (self.size[axis] - 1) * strides[axis] + extents[axis] - size[axis])
                    padsBefore[axis] = padding == "SAME_UPPER" ? total / 2 : (total + 1) / 2
                    padsAfter[axis] = total - padsBefore[axis]
                } else {
                    let room = size[axis] + padsBefore[axis] + padsAfter[axis] - extents[axis]
                    let up = node.integer("ceil_mode", 0) != 0 ? strides[axis] - 1 : 0
                    self.size[axis] = (room + up) / strides[axis] + 1
                }
            }
        }
    }

    private func convolution(_ node: Graph.Node, _ x: Value, _ w: Value, _ b: Value?) -> Value {
        let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
        let kernel = Array(w.shape[2...])
        let geometry = Geometry(node, kernel: kernel, over: [height, width])
        let groups = node.integer("group", 1)
        let (outputs, inner) = (w.shape[0], channels / groups)
        var result: [Double] = []
        for o in 0..<outputs {
            for row in 0..<geometry.size[0] {
                for column in 0..<geometry.size[1] {
                    var sum = b?.numbers[o] ?? 0
                    for i in 0..<inner {
                        let channel = o / (outputs / groups) * inner + i
                        for ky in 0..<kernel[0] {
                            let y = row * geometry.strides[0] + ky * geometry.dilations[0] - geometry.padsBefore[0]
                            guard (0..<height).contains(y) else { continue }
                            for kx in 0..<kernel[1] {
                                let x0 =
                                    column * geometry.strides[1] + kx * geometry.dilations[1] - geometry.padsBefore[1]
                                guard (0..<width).contains(x0) else { continue }
                                sum +=
                                    x.numbers[(channel * height + y) * width + x0]
                                    * w.numbers[((o * inner + i) * kernel[0] + ky) * kernel[1] + kx]
                            }
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return Value([1, outputs] + geometry.size, result)
    }

    /// - Parameter reduce: gets the pixels inside the picture, and how many there are with those in the padding.
    private func pooling(_ node: Graph.Node, _ x: Value, _ reduce: ([Double], Int) -> Double) -> Value {
        let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
        let kernel = node.integers("kernel_shape", [])
        let geometry = Geometry(node, kernel: kernel, over: [height, width])
        var result: [Double] = []
        for channel in 0..<channels {
            for row in 0..<geometry.size[0] {
                for column in 0..<geometry.size[1] {
                    var window: [Double] = []
                    for ky in 0..<kernel[0] {
                        for kx in 0..<kernel[1] {
                            let y = row * geometry.strides[0] + ky - geometry.padsBefore[0]
                            let x0 = column * geometry.strides[1] + kx - geometry.padsBefore[1]
                            guard (0..<height).contains(y), (0..<width).contains(x0) else { continue }
                            window.append(x.numbers[(channel * height + y) * width + x0])
                        }
                    }
                    result.append(reduce(window, kernel[0] * kernel[1]))
                }
            }
        }
        return Value([1, channels] + geometry.size, result)
    }

    private func resized(_ node: Graph.Node, _ x: Value, _ inputs: [Value?]) -> Value {
        let scales = inputs.count > 2 ? inputs[2]!.numbers : inputs[1]!.numbers
        let shape = zip(x.shape, scales).map { Int(Double($0) * $1) }
        let (isNearest, isHalfPixel) = (
            node.text("mode") == "nearest", node.text("coordinate_transformation_mode") != "asymmetric"
        )
        func place(_ index: Int, _ axis: Int) -> Double {
            isHalfPixel ? (Double(index) + 0.5) / scales[axis] - 0.5 : Double(index) / scales[axis]
        }
        func pixel(_ channel: Int, _ row: Int, _ column: Int) -> Double {
            let (row, column) = (min(max(row, 0), x.shape[2] - 1), min(max(column, 0), x.shape[3] - 1))
            return x.numbers[(channel * x.shape[2] + row) * x.shape[3] + column]
        }
        var result: [Double] = []
        for channel in 0..<shape[1] {
            for row in (0..<shape[2]).map({ place($0, 2) }) {
                for column in (0..<shape[3]).map({ place($0, 3) }) {
                    if isNearest {
                        let rounding: FloatingPointRoundingRule =
                            node.text("nearest_mode") == "floor" ? .down : .toNearestOrEven
                        result.append(pixel(channel, Int(row.rounded(rounding)), Int(column.rounded(rounding))))
                        continue
                    }
                    let (top, left) = (Int(row.rounded(.down)), Int(column.rounded(.down)))
                    let (down, right) = (row - Double(top), column - Double(left))
                    result.append(
                        (1 - down) * ((1 - right) * pixel(channel, top, left) + right * pixel(channel, top, left + 1))
                            + down
                            * ((1 - right) * pixel(channel, top + 1, left) + right * pixel(channel, top + 1, left + 1)))
                }
            }
        }
        return Value(shape, result)
    }

    private func global(_ node: Graph.Node, _ x: Value, _ reduce: (ArraySlice<Double>) -> Double) -> Value {
        let size = x.shape[2] * x.shape[3]
        let numbers = (0..<x.shape[1]).map { reduce(x.numbers[$0 * size..<($0 + 1) * size]) }
        return Value(node.integer("keepdims", 1) == 0 ? [1, x.shape[1]] : [1, x.shape[1], 1, 1], numbers)
    }

    private func perChannel(_ x: Value, _ function: (Double, Int) -> Double) -> Value {
        let size = x.shape[2...].reduce(1, *)
        return Value(x.shape, x.numbers.enumerated().map { function($1, $0 / size % x.shape[1]) })
    }

    // MARK: Others

    private func matrixProduct(_ a: Value, _ b: Value) -> Value {
        let (rows, inner, columns) = (a.shape[0], a.shape[1], b.shape[1])
        let numbers = (0..<rows * columns).map { index in
            (0..<inner).reduce(0.0) {
                $0 + a.numbers[index / columns * inner + $1] * b.numbers[$1 * columns + index % columns]
            }
        }
        return Value([rows, columns], numbers)
    }

    private func transposed(_ x: Value, _ permutation: [Int] = [1, 0]) -> Value {
        let shape = permutation.map { x.shape[$0] }
        let strides = x.shape.indices.map { x.shape[($0 + 1)...].reduce(1, *) }
        let numbers = (0..<x.numbers.count).map { index in
            var (rest, place) = (index, 0)
            for axis in shape.indices.reversed() {
                place += rest % shape[axis] * strides[permutation[axis]]
                rest /= shape[axis]
            }
            return x.numbers[place]
        }
        return Value(shape, numbers)
    }

    private func elementwise(_ a: Value, _ b: Value, _ function: (Double, Double) -> Double) -> Value {
        let rank = max(a.shape.count, b.shape.count)
        let (left, right) = (a, b)
        let shapes = [left, right].map { Array(repeating: 1, count: rank - $0.shape.count) + $0.shape }
        let shape = (0..<rank).map { max(shapes[0][$0], shapes[1][$0]) }
        let numbers = (0..<shape.reduce(1, *)).map { index in
            var rest = index
            var places = [0, 0]
            var strides = [1, 1]
            for axis in shape.indices.reversed() {
                for operand in 0..<2 {
                    places[operand] += min(rest % shape[axis], shapes[operand][axis] - 1) * strides[operand]
                    strides[operand] *= shapes[operand][axis]
                }
                rest /= shape[axis]
            }
            return function(left.numbers[places[0]], right.numbers[places[1]])
        }
        return Value(shape, numbers)
    }
}

extension Graph.Node {
    fileprivate func integer(_ name: String, _ standard: Int) -> Int {
        if case .integer(let value) = attributes[name] { value } else { standard }
    }

    fileprivate func text(_ name: String) -> String {
        if case .string(let value) = attributes[name] { value } else { "" }
    }

    fileprivate func float(_ name: String, _ standard: Float) -> Float {
        if case .float(let value) = attributes[name] { value } else { standard }
    }

    fileprivate func integers(_ name: String, _ standard: [Int]) -> [Int] {
        if case .integers(let values) = attributes[name] { values } else { standard }
    }
}
