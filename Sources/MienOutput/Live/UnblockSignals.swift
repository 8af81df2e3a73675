import Glibc

/// Lets these signals come through: whoever started this program may have blocked them. (`pthread_sigmask`)
package func unblockSignals(_ numbers: [Int32]) {
    var all = sigset_t()
    sigemptyset(&all)
    for number in numbers { sigaddset(&all, number) }
    pthread_sigmask(SIG_UNBLOCK, &all, nil)
}
