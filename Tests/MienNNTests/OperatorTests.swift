import MienNN
import Testing

@Suite("Operators compute what ONNX says")
struct OperatorTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        var inputs = 1
        var outputs = 1
        var size = 3
        var groups = 1
        var attributes: [String: Graph.Attribute] = [:]
        var height = 9
        var width = 11
        var testDescription: String { "\(groups)x \(inputs)->\(outputs) of \(size), \(attributes)" }
    }

    @Test(
        "Convolutions of all kinds",
        arguments: [
            Shape(outputs: 15, size: 5), Shape(inputs: 15, outputs: 10, size: 5), Shape(inputs: 10, outputs: 5),
            Shape(inputs: 3, outputs: 16), Shape(inputs: 32, outputs: 48, size: 1),
            Shape(inputs: 16, outputs: 16, groups: 16, attributes: ["pads": .integers([1, 1, 1, 1])]),
            Shape(inputs: 24, outputs: 24, groups: 24, attributes: ["strides": .integers([2, 2])]),
            Shape(inputs: 12, outputs: 24, groups: 3), Shape(inputs: 4, outputs: 8, groups: 4),
            Shape(
                inputs: 6, outputs: 7, attributes: ["pads": .integers([2, 0, 1, 3]), "strides": .integers([2, 1])]),
            Shape(inputs: 5, outputs: 4, attributes: ["dilations": .integers([2, 3])]),
            Shape(
                inputs: 8, outputs: 8, attributes: ["auto_pad": .string("SAME_UPPER"), "strides": .integers([2, 2])]),
            Shape(inputs: 8, outputs: 8, size: 2, attributes: ["auto_pad": .string("SAME_LOWER")]),
            Shape(inputs: 64, outputs: 64, attributes: ["pads": .integers([1, 1, 1, 1])], height: 3, width: 3),
        ])
    func convolution(shape: Shape) throws {
        for hasBias in [true, false] {
            var builder = GraphBuilder([shape.inputs, shape.height, shape.width])
            _ = builder.convolve(
                shape.inputs, shape.outputs, shape.size, groups: shape.groups, hasBias: hasBias, shape.attributes)
            try expectAgreement(builder.graph)
        }
    }

    @Test("Pictures in blocks of 16 channels, for Winograd's transform, between operators of all kinds")
    func blocks() throws {
        let padded: [String: Graph.Attribute] = ["pads": .integers([1, 1, 1, 1])]
        var builder = GraphBuilder([3, 10, 13])
        let first = builder.convolve(3, 32, 3, padded)
        builder.add("Relu")
        let second = builder.convolve(32, 32, 3, padded)
        builder.add("Add", [], on: [second, first])
        let sum = builder.add("Relu", [])
        builder.add("GlobalAveragePool")
        _ = builder.convolve(32, 32, 1)
        let gate = builder.add("Sigmoid", [])
        builder.add("Mul", [], on: [sum, gate])
        builder.add("MaxPool", ["kernel_shape": .integers([2, 2])])
        builder.normalise(32)
        let last = builder.convolve(32, 48, 3, padded)
        try expectAgreement(builder.graph)
        let kernels = try Network(Model(graph: builder.graph)).kernels.map(\.kernel)
        let hasTransform = kernels.contains { $0.contains("wino") }
        #expect(hasTransform == kernels.contains { $0.hasSuffix("avx512_core") })

        for (operation, attributes) in [
            ("Flatten", [:]), ("Transpose", ["perm": .integers([0, 2, 3, 1])]), ("GlobalMaxPool", [:]), ("Tanh", [:]),
            ("ReduceMean", ["axes": .integers([2, 3]), "keepdims": .integer(0)]),
        ] as [(String, [String: Graph.Attribute])] {
            var ended = builder
            ended.add(operation, [], on: [last], attributes)
            try expectAgreement(ended.graph)
        }
    }

    @Test(
        "Pooling with strides, padding and rounding up",
        arguments: ["MaxPool", "AveragePool"],
        [
            ["kernel_shape": .integers([5, 5]), "strides": .integers([2, 2])],
            ["kernel_shape": .integers([3, 2]), "pads": .integers([1, 0, 1, 1])],
            ["kernel_shape": .integers([2, 2]), "strides": .integers([2, 2]), "ceil_mode": .integer(1)],
            [
                "kernel_shape": .integers([3, 3]), "strides": .integers([2, 2]), "pads": .integers([1, 1, 1, 1]),
                "count_include_pad": .integer(1),
            ],
            ["kernel_shape": .integers([3, 3]), "strides": .integers([2, 2]), "auto_pad": .string("SAME_UPPER")],
        ] as [[String: Graph.Attribute]])
    func pooling(operation: String, attributes: [String: Graph.Attribute]) throws {
        for channels in [1, 15, 16] {
            var builder = GraphBuilder([channels, 9, 13])
            builder.add(operation, attributes)
            try expectAgreement(builder.graph)
        }
    }

    @Test(
        "Pictures made larger, alone, between convolutions, and added to what somebody else needs or nobody",
        arguments: [
            ("nearest", "asymmetric", "floor", 2, 2), ("nearest", "half_pixel", "round_prefer_floor", 3, 1),
            ("linear", "half_pixel", "floor", 2, 2), ("linear", "pytorch_half_pixel", "floor", 1.5, 0.5),
        ] as [(String, String, String, Float, Float)])
    func resampling(mode: String, transformation: String, rounding: String, down: Float, right: Float) throws {
        let attributes: [String: Graph.Attribute] = [
            "mode": .string(mode), "coordinate_transformation_mode": .string(transformation),
            "nearest_mode": .string(rounding),
        ]
        for channels in [3, 8, 16] {
            for isShared in [false, true] {
                var builder = GraphBuilder([channels, 4, 6])
                builder.graph.tensors["scales"] = Tensor(shape: [4], values: [1, 1, down, right])
                let small = builder.convolve(channels, channels, 1)
                let large = builder.add("Resize", on: [small, "", "scales"], attributes)
                let x = builder.convolve(channels, channels, 1, on: large)
                let sum = builder.add("Add", on: [x, builder.add("Resize", on: [small, "", "scales"], attributes)])
                builder.add("Relu", on: [sum])
                if isShared { builder.add("Add", on: [builder.graph.output.name, x]) }
                try expectAgreement(builder.graph)
            }
            var builder = GraphBuilder([channels, 4, 6])
            builder.add("Resize", [.none, .scales([1, 1, down, right])], on: nil, attributes)
            try expectAgreement(builder.graph)
        }
    }

    @Test("Pooling over the whole picture", arguments: ["GlobalAveragePool", "GlobalMaxPool", "ReduceMean"])
    func globalPooling(operation: String) throws {
        for keeps in operation == "ReduceMean" ? [0, 1] : [1] {
            var builder = GraphBuilder([10, 7, 6])
            builder.add(
                operation, operation == "ReduceMean" ? ["axes": .integers([2, -1]), "keepdims": .integer(keeps)] : [:])
            try expectAgreement(builder.graph)
        }
    }

    @Test(
        "Functions of single numbers, alone and after a convolution",
        arguments: ["Relu", "Sigmoid", "Tanh", "HardSwish", "HardSigmoid", "LeakyRelu", "Elu", "Clip"])
    func activation(operation: String) throws {
        for isFused in [false, true] {
            var builder = GraphBuilder([4, 5, 6])
            if isFused { _ = builder.convolve(4, 5, 3) }
            builder.add("Mul", [.number(4)])
            switch operation {
            case "Clip": builder.add("Clip", [.number(-0.5), .number(1.5)])
            case "LeakyRelu", "Elu": builder.add(operation, ["alpha": .float(0.3)])
            default: builder.add(operation)
            }
            try expectAgreement(builder.graph)
        }
    }

    @Test("Functions of one kind again and again")
    func repeatedFunctions() throws {
        var builder = GraphBuilder([4, 5, 6])
        _ = builder.convolve(4, 5, 3)
        for (factor, term) in [(4, 0.5), (-0.5, 0.25)] as [(Float, Float)] {
            builder.add("Mul", [.number(factor)])
            builder.add("Add", [.number(term)])
            builder.add("Clip", [.number(-0.5 * abs(factor)), .number(1)])
        }
        try expectAgreement(builder.graph)
    }

    @Test("A clip without bounds on one side")
    func halfClip() throws {
        for constants in [[GraphBuilder.Constant.none, .number(0.25)], [.number(0.25)]] {
            var builder = GraphBuilder([4, 5, 6])
            builder.add("Clip", constants)
            try expectAgreement(builder.graph)
        }
    }

    @Test("x * sigmoid(x) and x * hardsigmoid(x) as two nodes")
    func swish() throws {
        for gate in ["Sigmoid", "HardSigmoid"] {
            var builder = GraphBuilder([4, 5, 6])
            let x = builder.convolve(4, 4, 3)
            builder.add(gate, gate == "HardSigmoid" ? ["alpha": .float(1 / 6)] : [:])
            builder.add("Mul", on: [x, builder.graph.output.name])
            try expectAgreement(builder.graph)
        }
    }

    @Test("Dense layers, as Gemm in both orders and as MatMul and Add")
    func dense() throws {
        var builder = GraphBuilder([37])
        builder.add("Gemm", [.random([37, 20]), .random([20])], on: nil, ["alpha": .float(0.5), "beta": .float(2)])
        builder.add("Relu")
        builder.add("Gemm", [.random([11, 20], scale: 0.2), .random([1, 11])], on: nil, ["transB": .integer(1)])
        builder.add("Sigmoid")
        builder.add("MatMul", [.random([11, 7])])
        builder.add("Add", [.random([7])])
        try expectAgreement(builder.graph, samples: 7)
    }

    @Test("A dense layer on a picture, flattened in ONNX's order")
    func flattened() throws {
        for (operation, constants) in [("Flatten", []), ("Reshape", [GraphBuilder.Constant.integers([0, -1])])] {
            var builder = GraphBuilder([2, 6, 7])
            _ = builder.convolve(2, 9, 3)
            builder.add(operation, constants)
            builder.add("Gemm", [.random([180, 5], scale: 0.1), .random([5])])
            try expectAgreement(builder.graph)
        }
    }

    @Test("A flattened picture that something else reads comes out in ONNX's order")
    func flattenedAlone() throws {
        var builder = GraphBuilder([3, 6, 7])
        _ = builder.convolve(3, 9, 3)
        builder.add("Flatten")
        builder.add("Sigmoid")
        try expectAgreement(builder.graph)
    }

    @Test("Batch normalisation, alone, after a convolution, after a dense layer, and before a function")
    func normalisation() throws {
        var builder = GraphBuilder([5, 8, 8])
        builder.normalise(5)
        builder.add("Relu")
        _ = builder.convolve(5, 6, 3, hasBias: false)
        builder.normalise(6)
        builder.add("HardSwish")
        builder.add("GlobalAveragePool")
        builder.add("Flatten")
        builder.add("Gemm", [.random([6, 10])])
        builder.normalise(10)
        try expectAgreement(builder.graph)
    }

    @Test("Constants added to and multiplied with channels, pictures and everything")
    func constants() throws {
        var builder = GraphBuilder([5, 4, 3])
        builder.add("Sub", [.number(0.3)])
        builder.add("Div", [.positive([5, 1, 1])])
        builder.add("Add", [.random([1, 5, 4, 3])])
        builder.add("Mul", [.random([4, 3])])
        _ = builder.convolve(5, 4, 1)
        builder.add("Add", [.random([1, 4, 1, 1])])
        builder.add("Mul", [.number(-2)])
        try expectAgreement(builder.graph)
    }

    @Test("A sum whose operands other nodes still need")
    func sums() throws {
        var builder = GraphBuilder([8, 6, 6])
        let pads: [String: Graph.Attribute] = ["pads": .integers([1, 1, 1, 1])]
        let a = builder.convolve(8, 8, 3, pads)
        let b = builder.convolve(8, 8, 3, pads)
        let c = builder.add("Add", on: [a, b])
        let d = builder.convolve(8, 8, 3, on: a, pads)
        let e = builder.add("Add", on: [c, d])
        let f = builder.convolve(8, 8, 1, on: c)
        let g = builder.add("Add", on: [f, e])
        let h = builder.add("Add", on: [g, g])
        builder.add("Mul", on: [h, c])
        try expectAgreement(builder.graph)
    }

    @Test("Residual blocks with squeeze and excitation")
    func residual() throws {
        var builder = GraphBuilder([1, 16, 16])
        _ = builder.convolve(1, 16, 3, ["pads": .integers([1, 1, 1, 1])])
        builder.normalise(16)
        var x = builder.add("Relu")
        for (inputs, outputs, stride) in [(16, 16, 1), (16, 24, 2), (24, 24, 1)] {
            let pads: [String: Graph.Attribute] = ["pads": .integers([1, 1, 1, 1])]
            _ = builder.convolve(inputs, outputs * 2, 1, on: x, hasBias: false)
            builder.normalise(outputs * 2)
            builder.add("HardSwish")
            _ = builder.convolve(
                outputs * 2, outputs * 2, 3, groups: outputs * 2, hasBias: false,
                pads.merging(["strides": .integers([stride, stride])]) { first, _ in first })
            builder.normalise(outputs * 2)
            let wide = builder.add("Relu")
            builder.add("GlobalAveragePool")
            _ = builder.convolve(outputs * 2, 8, 1)
            builder.add("Relu")
            _ = builder.convolve(8, outputs * 2, 1)
            let gate = builder.add("Sigmoid", [])
            builder.add("Mul", on: [wide, gate])
            _ = builder.convolve(outputs * 2, outputs, 1, hasBias: false)
            let main = builder.normalise(outputs)
            let isPlain = stride == 1 && inputs == outputs
            let shortcut =
                isPlain ? x : builder.convolve(inputs, outputs, 1, on: x, ["strides": .integers([stride, stride])])
            builder.add("Add", on: [main, shortcut])
            x = builder.add("Relu")
        }
        builder.add("ReduceMean", ["axes": .integers([2, 3]), "keepdims": .integer(0)])
        builder.add("Dropout")
        builder.add("Gemm", [.random([6, 24]), .random([6])], on: nil, ["transB": .integer(1)])
        builder.add("Softmax")
        try expectAgreement(builder.graph)
    }

    @Test("Pictures with the channels last, transposed as Keras's exporters do")
    func channelsLast() throws {
        var builder = GraphBuilder([8, 10, 3])
        builder.add("Transpose", ["perm": .integers([0, 3, 1, 2])])
        _ = builder.convolve(3, 5, 3)
        builder.add("Relu")
        builder.add("Transpose", ["perm": .integers([0, 2, 3, 1])])
        builder.add("Add", [.random([5])])
        builder.add("Reshape", [.integers([-1, 240])])
        builder.add("MatMul", [.random([240, 4], scale: 0.1)])
        builder.add("Softmax")
        try expectAgreement(builder.graph)
    }

    @Test("A shape computed from the input's, as PyTorch's exporter writes a view")
    func computedShape() throws {
        var builder = GraphBuilder([3, 4, 5])
        let x = builder.convolve(3, 2, 3)
        let shape = builder.add("Shape", on: [x])
        let first = builder.add("Gather", [.integers([0])], on: [shape])
        builder.graph.integers["rest"] = [-1]
        let wanted = builder.add("Concat", on: [builder.add("Unsqueeze", on: [first]), "rest"], ["axis": .integer(0)])
        builder.add("Reshape", on: [x, wanted])
        builder.add("Gemm", [.random([12, 3]), .random([3])])
        let network = try Network(Model(graph: builder.graph))
        #expect(network.outputCount == 3)
    }
}
