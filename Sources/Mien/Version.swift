/// The version of this library and of the program.
public let mienVersion = "0.1.0"
