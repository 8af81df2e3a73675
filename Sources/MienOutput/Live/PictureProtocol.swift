import CMienChafa

extension Terminal {
    /// How this terminal takes pictures, as it says itself when asked.
    func pictureProtocol() -> mien_chafa_protocol {
        // Kitty's own question, of one pixel, and then one that every terminal answers: the primary device attributes
        // (ECMA-48), in which 4 stands for sixel.
        let reply = answer(to: "\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[c", until: UInt8(ascii: "c"))
        let parts = reply.split(separator: 0x1B)
        if parts.contains(where: { $0.starts(with: Array("_Gi=31;OK".utf8)) }) { return mien_chafa_kitty }
        let attributes = parts.first { $0.starts(with: Array("[?".utf8)) && $0.last == UInt8(ascii: "c") } ?? []
        let numbers = attributes.dropFirst(2).dropLast().split(separator: UInt8(ascii: ";"))
        return numbers.dropFirst().contains { $0.elementsEqual("4".utf8) } ? mien_chafa_sixels : mien_chafa_symbols
    }
}
