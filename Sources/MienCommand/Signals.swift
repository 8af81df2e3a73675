import Glibc
import Mien
import MienOutput
import Synchronization

/// Set by SIGINT, SIGTERM and SIGHUP: the run ends after the frame in hand.
let stopFlag = StopFlag()

private let receivedSignal = Atomic<Int32>(0)

/// From here on the first SIGINT, SIGTERM or SIGHUP (a closed terminal) ends the run in good order, and a second SIGINT or
/// SIGTERM the program at once. A second SIGHUP doesn't: where a terminal is closed, the shell sends one and the system
/// another, and nobody is impatient.
func catchSignals() {
    // Made now: a signal handler must not be the one that does it.
    _ = (stopFlag.isSet, receivedSignal.load(ordering: .relaxed))
    TerminalState.restore()
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
        let (isFirst, _) = receivedSignal.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        if isFirst { stopFlag.set() } else if number != SIGHUP { TerminalState.restoreAndDie(by: number) }
    }
    // Without SA_RESTART: whoever waits for input is to wake up.
    let signals = [SIGINT, SIGTERM, SIGHUP].filter { $0 != SIGHUP || !isIgnored($0) }
    for number in signals { sigaction(number, &action, nil) }
    unblockSignals(signals)
}

/// `nohup` has programs ignore the end of their terminal, and means it.
private func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}

/// The exit status that tells a shell which signal ended the program; nil if none did.
var signalStatus: Int32? {
    let number = receivedSignal.load(ordering: .relaxed)
    return number == 0 ? nil : 128 + number
}
