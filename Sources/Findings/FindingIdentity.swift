public import Support

extension Finding {
  /// What makes two findings one: what is wrong with what. Words, counts, places in a text and the
  /// builds in which it was met are no part of it.
  public struct Identity: Hashable, Sendable {
    /// What is wrong.
    public var code: FindingCode
    /// The file or text concerned.
    public var object: String?
    /// The mangled name, where it is about a symbol.
    public var symbol: ByteName?
    /// The version node, where it is about one.
    public var version: ByteName?
    /// `DT_NEEDED`, where it is about a library that is needed.
    public var needed: ByteName?
    /// ``Finding/part``, or the line of a text where nothing else tells.
    public var part: String?
  }

  /// What makes it the finding that it is.
  public var identity: Identity {
    let isNamed = symbol != nil || version != nil || needed != nil
    return Identity(
      code: code, object: object, symbol: symbol, version: version, needed: needed,
      part: part ?? (isNamed ? nil : place?.line.map { "line \($0)" }))
  }
}

extension Finding.Identity {
  /// What stays the same when lines, addresses and machines change: 16 hexadecimal digits, by which
  /// a code host recognises the finding.
  ///
  /// FNV-1a, 64 bits (IETF draft-eastlake-fnv, section 2). A field is a letter, its bytes and a
  /// NUL, which none of them holds.
  package var fingerprint: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    func add(_ letter: Unicode.Scalar, _ bytes: some Sequence<UInt8>) {
      add(UInt8(ascii: letter))
      for byte in bytes { add(byte) }
      add(0)
    }
    add("c", code.name.utf8)
    if let object { add("o", object.utf8) }
    if let symbol { add("s", symbol.bytes) }
    if let version { add("v", version.bytes) }
    if let needed { add("n", needed.bytes) }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
