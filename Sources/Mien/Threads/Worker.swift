import Glibc

/// A plain thread. Blocking calls don't belong on Swift's cooperative pool.
package struct Worker {
    private let thread: pthread_t

    /// Starts `body` on a thread of its own; nil where the system has no more threads to give.
    package init?(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(body))
        let status = pthread_create(
            &thread, nil,
            { context in
                context.map { Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            return nil
        }
        self.thread = thread
    }

    /// Waits until the thread has ended. To be called once.
    package func join() { pthread_join(thread, nil) }

    /// Nobody will wait for the thread. Instead of `join`.
    package func detach() { pthread_detach(thread) }
}

private final class Body {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
