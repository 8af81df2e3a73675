import ArgumentParser

@main
struct MienTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mien", subcommands: [Devices.self, Train.self, Evaluate.self])
}
