internal import CMienOneDNN

// Kernels that work on blocks of 16 channels are several times as fast as those that take odd numbers of them, and a
// tensor in blocks of 16 has room for the missing ones anyway: zeros, by oneDNN's rules. So a convolution with 15
// channels is run as one with 16, on the same memory under a wider descriptor. Its weights' padding is zero too, and so
// whatever is computed from or for the missing channels is nothing.

extension MemoryDescriptor {
    static func paddedChannels(_ count: Int) -> Int { (count + channelBlock - 1) / channelBlock * channelBlock }

    /// The same memory with the padding of the first two dimensions counted in.
    var widened: MemoryDescriptor {
        var result = self
        result.raw.dims.0 = raw.padded_dims.0
        result.raw.dims.1 = raw.padded_dims.1
        return result
    }

    /// The same memory with what lies behind the given sizes of the first two dimensions taken as padding.
    func narrowed(_ first: Int, _ second: Int) -> MemoryDescriptor {
        var result = self
        result.raw.dims.0 = dnnl_dim_t(first)
        result.raw.dims.1 = dnnl_dim_t(second)
        return result
    }
}

extension TrainingPlan {
    /// Whether it pays to run a convolution of so many channels with more: only kernels for AVX-512 work in blocks of 16.
    static func padsChannels(_ inputs: Int, _ outputs: Int, groups: Int) -> Bool {
        let isUneven = inputs % MemoryDescriptor.channelBlock != 0 || outputs % MemoryDescriptor.channelBlock != 0
        // Pictures of one to three channels have kernels of their own.
        return groups == 1 && inputs > 3 && isUneven && Engine.hasAVX512
    }
}
