import Glibc
import MienCapture
import Testing

@Suite struct CameraLifeTests {
    @Test("an unplugged camera is waited for where it was, whatever its node and whatever comes meanwhile")
    func replugging() throws {
        let rig = try Rig()
        #expect(try rig.read(2) == [0, 1])
        rig.computer.change { world in
            let start = world.time
            world.schedule = [
                (start + 1, { $0.nodes = [:] }),
                (start + 2, { $0.nodes["/dev/video0"] = .init(name: "Another", bus: "usb-2") }),
                (start + 5, { $0.nodes["/dev/video1"] = .init() }),
            ]
        }
        #expect(try rig.read(40).allSatisfy { $0 >= 0 })
        #expect(rig.source?.status.camera.path == "/dev/video1")
        #expect(rig.events.all == ["disconnected", "resumed"])
        #expect(rig.frame.time > 5)
        #expect(rig.leaks() == 0)
    }

    @Test("EINVAL from a read is an unplugged camera where the node is gone, and else a fault to recover from")
    func invalidRead() throws {
        let gone = try Rig()
        _ = try gone.read(1)
        gone.computer.change { world in
            // As DQBUF answers when the camera goes while it waits: the queue is no longer streaming.
            world.faults = ["DQBUF": [EINVAL], "QUERYCAP": [ENODEV]]
        }
        _ = try gone.read(1)
        #expect(gone.events.all == ["disconnected", "resumed"])

        let there = try Rig()
        _ = try there.read(1)
        there.computer.change { $0.faults["DQBUF"] = [EINVAL] }
        _ = try there.read(1)
        #expect(there.events.all == ["failed", "resumed"])
    }

    @Test("a stream that breaks off is started again, and nothing is left behind", arguments: ["DQBUF", "QBUF"])
    func brokenStream(call: String) throws {
        let rig = try Rig()
        #expect(try rig.read(2) == [0, 1])
        rig.computer.change { $0.faults[call] = [EIO] }
        // The frame in hand when its buffer can't be given back is not lost.
        #expect(try rig.read(3) == [2, 3, 4])
        #expect(rig.events.all == ["failed", "resumed"])
        #expect(rig.leaks() == 0)
    }

    @Test("an error that only poll tells of is a fault, not a reason to turn in circles")
    func pollError() throws {
        let rig = try Rig()
        _ = try rig.read(1)
        rig.computer.change { world in
            world.readiness = Int16(POLLERR)
            world.backlog = 0
            world.schedule = [
                (
                    world.time + 3,
                    {
                        $0.readiness = Int16(POLLIN)
                        $0.backlog = 1
                    }
                )
            ]
        }
        _ = try rig.read(1)
        #expect(rig.events.all == ["failed", "resumed"])
        #expect(rig.leaks() == 0)
    }

    @Test("a frozen camera is told of once, started again and again, and goes on")
    func frozen() throws {
        let rig = try Rig()
        _ = try rig.read(1)
        rig.computer.change { world in
            world.isFrozen = true
            world.schedule = [(world.time + 10, { $0.isFrozen = false })]
        }
        #expect(try rig.read(1)[0] >= 0)
        #expect(rig.events.all == ["stalled", "resumed"])
        #expect(rig.computer.world.log.count { $0 == "STREAMON" } == 4)
        #expect(rig.leaks() == 0)
    }

    @Test("a camera that sends nothing but damaged frames counts as stalled")
    func damagedOnly() throws {
        let rig = try Rig()
        _ = try rig.read(1)
        rig.computer.change { world in
            var short = FakeComputer.Picture()
            short.missing = 1
            world.pictures = Array(repeating: short, count: 150)
        }
        _ = try rig.read(1)
        #expect(rig.events.all == ["stalled", "resumed"])
        #expect(rig.source?.status.counters.damaged == 150)
    }

    @Test("a camera that is busy or locked for a moment after it was plugged in again is tried again")
    func busyAfterReplugging() throws {
        let rig = try Rig()
        _ = try rig.read(1)
        rig.computer.change { world in
            let start = world.time
            world.schedule = [
                (start + 1, { $0.nodes = [:] }),
                (
                    start + 2,
                    {
                        $0.nodes = ["/dev/video0": .init(isLocked: true)]
                        $0.faults["REQBUFS"] = [EBUSY, EBUSY]
                    }
                ),
                (start + 3, { $0.nodes = ["/dev/video0": .init()] }),
            ]
        }
        #expect(try rig.read(60).allSatisfy { $0 >= 0 })
        #expect(rig.events.all == ["disconnected", "resumed"])
        #expect(rig.leaks() == 0)
    }

    @Test("a hundred times unplugged and plugged in again leave nothing behind")
    func manyTimes() throws {
        let rig = try Rig()
        for _ in 0..<100 {
            _ = try rig.read(1)
            rig.computer.change { world in
                world.schedule = [
                    (world.time, { $0.nodes = [:] }), (world.time + 1, { $0.nodes["/dev/video0"] = .init() }),
                ]
            }
            _ = try rig.read(1)
        }
        // The node and its four buffers.
        #expect(rig.computer.world.leaks == 5)
        #expect(rig.leaks() == 0)
        #expect(rig.events.all.count == 200)
    }
}
