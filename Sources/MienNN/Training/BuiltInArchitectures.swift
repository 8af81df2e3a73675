extension Architecture {
    /// Those for expressions.
    public static let builtIn = [mien, report]

    /// The network of the report that the project starts from: 517,251 parameters, 3.26 million multiply-adds.
    public static let report = Architecture(
        name: "report",
        text: """
            input 1 48x48
            conv 15 5x5
            relu
            maxpool 5x5 stride 2
            conv 15 5x5
            relu
            dropout 0.1
            conv 10 5x5
            relu
            conv 5 3x3
            relu
            dense 1000
            relu
            dense 6
            softmax
            """)

    /// Seven residual blocks on 24x24, 12x12 and 6x6: 1,050,870 parameters, 72.6 million multiply-adds.
    ///
    /// He, Zhang, Ren, Sun: Deep Residual Learning, 2016; shortcuts that halve the size take means first, as in He et al.:
    /// Bag of Tricks, 2019.
    public static let mien = Architecture(
        name: "mien",
        text: """
            input 1 48x48
            conv 16 3x3 pad 1 nobias
            bn
            relu
            conv 32 3x3 pad 1 stride 2 nobias
            bn
            relu
            label in1
            conv 32 3x3 pad 1 nobias
            bn
            relu
            conv 32 3x3 pad 1 nobias
            bn
            add in1
            relu
            label in2
            avgpool 2x2 stride 2
            conv 64 1x1 nobias
            bn
            label short2
            from in2
            conv 64 3x3 pad 1 stride 2 nobias
            bn
            relu
            conv 64 3x3 pad 1 nobias
            bn
            add short2
            relu
            label in3
            conv 64 3x3 pad 1 nobias
            bn
            relu
            conv 64 3x3 pad 1 nobias
            bn
            add in3
            relu
            label in4
            conv 64 3x3 pad 1 nobias
            bn
            relu
            conv 64 3x3 pad 1 nobias
            bn
            add in4
            relu
            label in5
            avgpool 2x2 stride 2
            conv 128 1x1 nobias
            bn
            label short5
            from in5
            conv 128 3x3 pad 1 stride 2 nobias
            bn
            relu
            conv 128 3x3 pad 1 nobias
            bn
            add short5
            relu
            label in6
            conv 128 3x3 pad 1 nobias
            bn
            relu
            conv 128 3x3 pad 1 nobias
            bn
            add in6
            relu
            label in7
            conv 128 3x3 pad 1 nobias
            bn
            relu
            conv 128 3x3 pad 1 nobias
            bn
            add in7
            relu
            globalpool
            dropout 0.2
            dense 6
            softmax
            """)

    /// A single-shot detector of faces: separable convolutions down to strides of 8, 16 and 32 pixels, the coarse added to the
    /// fine, and six numbers for each place: objectness, two offsets, the logarithm of the size, cosine and sine of the roll.
    /// For pictures whose sides are multiples of 32.
    ///
    /// Nothing stands between the two halves of a separable convolution: Chollet: Xception, 2017, found that better, and
    /// it halves what batch normalisation costs. Coarse to fine: Lin et al.: Feature Pyramid Networks, 2017.
    public static let detector = Architecture(
        name: "detector",
        text: """
            input 1 192x320
            conv 16 5x5 pad 2 stride 2 nobias
            bn
            relu
            conv 16 3x3 pad 1 stride 2 groups 16 nobias
            conv 32 1x1 nobias
            bn
            relu
            conv 32 3x3 pad 1 stride 1 groups 32 nobias
            conv 32 1x1 nobias
            bn
            relu
            conv 32 3x3 pad 1 stride 2 groups 32 nobias
            conv 64 1x1 nobias
            bn
            relu
            conv 64 3x3 pad 1 stride 1 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            conv 64 3x3 pad 1 stride 1 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            label at8
            conv 64 3x3 pad 1 stride 2 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            conv 64 3x3 pad 1 stride 1 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            conv 64 3x3 pad 1 stride 1 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            label at16
            conv 64 3x3 pad 1 stride 2 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            conv 64 3x3 pad 1 stride 1 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            conv 64 3x3 pad 1 stride 1 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            label at32
            upsample 2
            add at16
            label sum16
            upsample 2
            add at8
            conv 64 3x3 pad 1 stride 1 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            conv 6 1x1
            output stride8
            from sum16
            conv 64 3x3 pad 1 stride 1 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            conv 6 1x1
            output stride16
            from at32
            conv 64 3x3 pad 1 stride 1 groups 64 nobias
            conv 64 1x1 nobias
            bn
            relu
            conv 6 1x1
            output stride32
            """)
}
