extension Architecture {
    public static let builtIn = [report]

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
            dropout 0.5
            conv 10 5x5
            relu
            conv 5 3x3
            relu
            dense 1000
            relu
            dense 6
            softmax
            """)
}
