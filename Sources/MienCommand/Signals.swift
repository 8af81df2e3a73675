import Glibc
import Mien
import MienOutput
import Synchronization

/// Set by SIGINT, SIGTERM and SIGHUP: the run ends after the frame in hand.
let stopFlag = StopFlag()

private let receivedSignal = Atomic<Int32>(0)
/// When it came, in milliseconds.
private let signalTime = Atomic(0)
/// Milliseconds within which a second signal is the first one's echo: `timeout` sends one to the program and another to all
/// of its group, and nobody's finger is as fast.
private let patience = 300

/// From here on the first SIGINT, SIGTERM or SIGHUP (a closed terminal) ends the run in good order, and a second SIGINT or
/// SIGTERM the program at once. A second SIGHUP doesn't: where a terminal is closed, the shell sends one and the system
/// another, and nobody is impatient.
func catchSignals() {
    // Made now: a signal handler must not be the one that does it.
    _ = (stopFlag.isSet, receivedSignal.load(ordering: .relaxed), signalTime.load(ordering: .relaxed), patience)
    TerminalState.restore()
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let time = now.tv_sec * 1000 + now.tv_nsec / 1_000_000
        let (isFirst, _) = receivedSignal.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        if isFirst {
            signalTime.store(time, ordering: .relaxed)
            stopFlag.set()
        } else if number != SIGHUP, time - signalTime.load(ordering: .relaxed) > patience {
            TerminalState.restoreAndDie(by: number)
        }
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
