import Glibc
import Mien
import Synchronization

/// Set by SIGINT and SIGTERM: the run ends after the frame in hand.
let stopFlag = StopFlag()

private let receivedSignal = Atomic<Int32>(0)

/// From here on the first SIGINT or SIGTERM ends the run in good order, and the second the program at once.
func catchSignals() {
    // Made now: a signal handler must not be the one that does it.
    _ = stopFlag.isSet
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
        receivedSignal.store(number, ordering: .relaxed)
        stopFlag.set()
    }
    // Without SA_RESTART: whoever waits for input is to wake up.
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
    // Who started this program may have blocked them.
    var both = sigset_t()
    sigemptyset(&both)
    sigaddset(&both, SIGINT)
    sigaddset(&both, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &both, nil)
}

/// The exit status that tells a shell which signal ended the program; nil if none did.
var signalStatus: Int32? {
    let number = receivedSignal.load(ordering: .relaxed)
    return number == 0 ? nil : 128 + number
}
