import Glibc
import Synchronization

/// Threads that all do the same piece of work and then wait for the next. The calling thread is the first of them.
///
/// Each computes alone: oneDNN starts no threads of its own under them.
package final class WorkerTeam: Sendable {
    package let count: Int
    private let state: SharedState
    private let threads: [pthread_t]

    /// What the threads wait on and read. Alive until the last of them has ended.
    private final class SharedState: @unchecked Sendable {  // safe: all but the locks is read and written under `lock`
        let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        /// Counts the pieces of work; a worker runs each once.
        var generation = 0
        var work: (@Sendable (Int) -> Void)?
        var running = 0
        var isEnding = false

        init() {
            pthread_mutex_init(lock, nil)
            pthread_cond_init(changed, nil)
        }

        deinit {
            pthread_cond_destroy(changed)
            pthread_mutex_destroy(lock)
            changed.deallocate()
            lock.deallocate()
        }

        /// A function of its own, so that no worker holds the work when it says that it is done.
        @inline(never)
        private func runWork(_ worker: Int) {
            pthread_mutex_lock(lock)
            let work = work
            pthread_mutex_unlock(lock)
            work?(worker)
        }

        func loop(worker: Int) {
            Engine.useOneThread()
            var seen = 0
            while true {
                pthread_mutex_lock(lock)
                while generation == seen, !isEnding { pthread_cond_wait(changed, lock) }
                seen = generation
                let isEnding = isEnding
                pthread_mutex_unlock(lock)
                if isEnding { return }
                runWork(worker)
                pthread_mutex_lock(lock)
                running -= 1
                pthread_cond_broadcast(changed)
                pthread_mutex_unlock(lock)
            }
        }
    }

    private final class Start {
        let state: SharedState
        let worker: Int

        init(_ state: SharedState, _ worker: Int) { (self.state, self.worker) = (state, worker) }
    }

    package init(_ count: Int) {
        let state = SharedState()
        var threads: [pthread_t] = []
        for worker in 1..<max(count, 1) {
            var thread = pthread_t()
            let start = Unmanaged.passRetained(Start(state, worker))
            let status = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                    start.state.loop(worker: start.worker)
                    return nil
                }, start.toOpaque())
            // With fewer threads it takes longer, and that is all.
            guard status == 0 else {
                start.release()
                break
            }
            threads.append(thread)
        }
        self.state = state
        self.threads = threads
        self.count = threads.count + 1
    }

    deinit {
        pthread_mutex_lock(state.lock)
        state.isEnding = true
        pthread_cond_broadcast(state.changed)
        pthread_mutex_unlock(state.lock)
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Runs `work` on every worker, giving each its number from 0, and returns when all are done.
    package func run(_ work: @Sendable (Int) -> Void) {
        withoutActuallyEscaping(work) { work in
            pthread_mutex_lock(state.lock)
            state.work = work
            state.running = threads.count
            state.generation += 1
            pthread_cond_broadcast(state.changed)
            pthread_mutex_unlock(state.lock)
            Engine.useOneThread()
            work(0)
            pthread_mutex_lock(state.lock)
            while state.running > 0 { pthread_cond_wait(state.changed, state.lock) }
            state.work = nil
            pthread_mutex_unlock(state.lock)
        }
    }

    /// Runs `work` for each of `count` items, each on whichever worker is free.
    package func forEach(_ count: Int, _ work: @Sendable (_ worker: Int, _ item: Int) -> Void) {
        let next = Atomic<Int>(0)
        run { worker in
            while true {
                let item = next.add(1, ordering: .relaxed).oldValue
                if item >= count { return }
                work(worker, item)
            }
        }
    }
}
