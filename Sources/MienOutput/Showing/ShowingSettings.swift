public import Mien

/// How pictures are shown while a run goes on.
public struct ShowingSettings: Sendable {
    /// What becomes of the faces.
    public var privacy: Privacy
    /// The run's own.
    public var stop: StopFlag
    public var pause: PauseFlag

    public init(stop: StopFlag, pause: PauseFlag, privacy: Privacy = .none) {
        (self.stop, self.pause, self.privacy) = (stop, pause, privacy)
    }
}
