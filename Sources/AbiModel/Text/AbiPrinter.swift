internal import ElfKit
internal import Support

/// Writes an ABI as canonical text (docs/abi-format.md).
public struct AbiPrinter {
  private let abi: Abi
  /// The first symbol of each alias group, by group.
  private let leaders: [UInt32: Int]

  /// The symbols of `abi` are sorted.
  public init(_ abi: Abi) {
    self.abi = abi
    leaders = abi.aliasLeaders()
  }

  /// Hands the text to `write` in pieces of some 64 KiB.
  public func print<Failure: Error>(
    to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(Self.pieceSize + 4096)
    // Quoted names are less than `#`, all others greater: the whole text is in order.
    var rest = 0
    while rest < abi.symbols.count, startsWithQuote(abi.symbols[rest]) {
      appendLine(of: abi.symbols[rest], index: rest, to: &buffer)
      try flush(&buffer, atLeast: Self.pieceSize, write)
      rest += 1
    }
    appendDirectives(to: &buffer)
    for index in rest..<abi.symbols.count {
      appendLine(of: abi.symbols[index], index: index, to: &buffer)
      try flush(&buffer, atLeast: Self.pieceSize, write)
    }
    try flush(&buffer, atLeast: 1, write)
  }

  /// The whole text.
  public func text() -> [UInt8] {
    var text: [UInt8] = []
    // Nearly all lines are a head, a letter and a newline; a large text is not to be moved often.
    text.reserveCapacity(abi.heads.count + 8 * abi.symbols.count)
    print { text.append(contentsOf: $0) }
    return text
  }

  /// The directives, a line each.
  package func directives() -> [AbiLine] {
    var text: [UInt8] = []
    appendDirectives(to: &text)
    return text.split(separator: UInt8(ascii: "\n")).map { AbiLine(Array($0)) }
  }

  private static let pieceSize = 1 << 16

  private func flush<Failure: Error>(
    _ buffer: inout [UInt8], atLeast size: Int,
    _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    guard buffer.count >= size else { return }
    try buffer.span.bytes.withUnsafeBytes(write)
    buffer.removeAll(keepingCapacity: true)
  }

  private func startsWithQuote(_ symbol: Symbol) -> Bool {
    abi.withSpelledName(of: symbol) { $0.first == Spelling.quote }
  }

  private func appendDirectives(to out: inout [UInt8]) {
    append("#%abi 1\n", to: &out)
    if let architecture = abi.architecture { append("#%arch \(architecture.name)\n", to: &out) }
    for name in abi.needed { append("#%needed \(name.spelled)\n", to: &out) }
    if let soname = abi.soname { append("#%soname \(soname.spelled)\n", to: &out) }
    if abi.isUnion { append("#%union\n", to: &out) }
    for node in abi.versions {
      append("#%version \(node.name.spelled)", to: &out)
      for parent in node.parents { append(" \(parent.spelled)", to: &out) }
      append("\n", to: &out)
    }
    if !abi.versionOrder.isEmpty {
      append("#%version-order", to: &out)
      for name in abi.versionOrder { append(" \(name.spelled)", to: &out) }
      append("\n", to: &out)
    }
  }

  private static let functionEnd: [UInt8] = [KindLetter.function.ascii, UInt8(ascii: "\n")]
  private static let weakFunctionEnd: [UInt8] = [KindLetter.weakFunction.ascii, UInt8(ascii: "\n")]

  /// Appends the line of a symbol, newline included. `index` is its place in the ABI, by which
  /// it is known whether it leads its alias group.
  package func appendLine(of symbol: Symbol, index: Int? = nil, to out: inout [UInt8]) {
    abi.withHead(of: symbol) { out.append(contentsOf: $0) }
    if symbol.isPlainFunction {
      out.append(contentsOf: symbol.binding == .weak ? Self.weakFunctionEnd : Self.functionEnd)
      return
    }
    let letter = KindLetter(of: symbol)
    out.append(letter.ascii)
    // Plain symbol files have weak data without a size: not known.
    if symbol.isData, symbol.size > 0 || letter != .weakData {
      out.append(UInt8(ascii: " "))
      appendNumber(symbol.size, to: &out)
    }
    // In the order of the alphabet, so that the text has one form only.
    appendAlias(of: symbol, index: index, to: &out)
    if symbol.isData, let shift = symbol.alignmentShift,
      shift != Symbol.naturalAlignmentShift(size: symbol.size)
    {
      append(" align=", to: &out)
      appendNumber(1 << UInt64(shift), to: &out)
    }
    let condition = abi.condition(of: symbol)
    if !condition.archs.isEmpty {
      append(" arch=\(condition.archs.joined(separator: ","))", to: &out)
    }
    if let binding = letter.bindingAttribute(of: symbol) { append(" \(binding)", to: &out) }
    if !condition.kernels.isEmpty {
      append(" kernel=\(condition.kernels.joined(separator: ","))", to: &out)
    }
    if symbol.otherBits != 0 {
      append(" other=0x", to: &out)
      out.append(Spelling.hexDigit(symbol.otherBits >> 4))
      out.append(Spelling.hexDigit(symbol.otherBits & 0xf))
    }
    if symbol.isProtected { append(" protected", to: &out) }
    if symbol.storage == .relro { append(" relro", to: &out) }
    if letter == .weakData || letter == .unique, symbol.storage == .readOnly {
      append(" ro", to: &out)
    }
    if symbol.isData, let size32 = symbol.size32, size32 != symbol.size {
      append(" size32=", to: &out)
      appendNumber(size32, to: &out)
    }
    if symbol.isTls { append(" tls", to: &out) }
    if let type = letter.typeAttribute(of: symbol) { append(" type=\(type)", to: &out) }
    out.append(UInt8(ascii: "\n"))
  }

  private func appendAlias(of symbol: Symbol, index: Int?, to out: inout [UInt8]) {
    guard symbol.aliasGroup != 0, let leader = leaders[symbol.aliasGroup] else { return }
    if let index, index == leader { return }
    append(" alias=", to: &out)
    abi.withHead(of: abi.symbols[leader]) { out.append(contentsOf: $0.dropLast()) }
  }

  private func append(_ text: String, to out: inout [UInt8]) {
    out.append(contentsOf: text.utf8)
  }

  private func appendNumber(_ number: UInt64, to out: inout [UInt8]) {
    if number >= 10 { appendNumber(number / 10, to: &out) }
    out.append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
