import AbiModel
import AbiTool
import Findings
import Support
import ElfKit
import Testing

/// Round trips of ABIs that nobody would write by hand.
struct AbiTextPropertyTests {
  @Test(arguments: 0..<40)
  func anyAbiSurvivesPrintingAndParsing(seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed))
    let abi = Self.anyAbi(&random)
    let text = AbiPrinter(abi).text()
    let again = try AbiParser.parse(text, path: "random")
    #expect(
      String(decoding: AbiPrinter(again).text(), as: UTF8.self)
        == String(decoding: text, as: UTF8.self))
    #expect(again.symbols.count == abi.symbols.count)
    for (one, other) in zip(abi.symbols, again.symbols) {
      #expect(abi.nameBytes(of: one) == again.nameBytes(of: other))
      #expect(abi.version(of: one) == again.version(of: other))
      #expect(one.isHidden == other.isHidden)
      #expect(one.binding == other.binding && one.type == other.type)
      #expect(one.storage == other.storage && one.size == other.size)
      #expect(!one.isData || one.alignment == other.alignment)
      #expect(one.isProtected == other.isProtected && one.otherBits == other.otherBits)
      #expect(abi.condition(of: one) == again.condition(of: other))
    }
  }

  @Test func symbolsAreSortedAsTheirLinesAre() throws {
    var random = SplitMix64(state: 7)
    for _ in 0..<20 {
      let text = AbiPrinter(Self.anyAbi(&random, count: 400)).text()
      let lines = text.split(separator: UInt8(ascii: "\n"))
      for (one, other) in zip(lines, lines.dropFirst()) {
        #expect(!other.lexicographicallyPrecedes(one))
      }
    }
  }

  /// An ABI with symbols of all kinds, their names of any bytes, many with a common prefix.
  static func anyAbi(_ random: inout SplitMix64, count: Int = 60) -> Abi {
    var abi = Abi()
    if Bool.random(using: &random) { abi.soname = ByteName(anyName(&random)) }
    abi.needed = (0..<Int.random(in: 0...2, using: &random)).map { _ in ByteName(anyName(&random)) }
    var versions: [Int32] = []
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let parents = abi.versions.prefix(Int.random(in: 0...1, using: &random)).map(\.name)
      versions.append(abi.addVersion(ByteName(anyName(&random)), parents: parents))
    }
    var seen: Set<[UInt8]> = []
    var lastData: Int?
    for _ in 0..<count {
      let name = anyName(&random)
      guard seen.insert(name).inserted else { continue }
      let symbol = anySymbol(&random)
      name.withUnsafeBytes {
        let version = symbol.storage == .undefined ? nil : versions.randomElement(using: &random)
        abi.append(
          symbol, name: $0, version: Bool.random(using: &random) ? version : nil,
          isHidden: Bool.random(using: &random))
      }
      let index = abi.symbols.count - 1
      if symbol.isData, let other = lastData, Int.random(in: 0..<4, using: &random) == 0 {
        let group =
          abi.symbols[other].aliasGroup == 0 ? abi.newAliasGroup() : abi.symbols[other].aliasGroup
        abi.symbolsShareObject(other, index, group)
      } else if Int.random(in: 0..<5, using: &random) == 0 {
        abi.setCondition(
          Abi.Condition(
            kernels: ["nova"], archs: Bool.random(using: &random) ? ["arm", "x86_64"] : []),
          ofSymbolAt: index)
      } else if symbol.isData {
        lastData = index
      }
    }
    abi.sort()
    return abi
  }

  static func anyName(_ random: inout SplitMix64) -> [UInt8] {
    let prefix: [UInt8] = Bool.random(using: &random) ? Array("_ZN4demo7Session".utf8) : []
    let length = Int.random(in: 1...20, using: &random)
    let odd = Int.random(in: 0..<8, using: &random) == 0
    return prefix
      + (0..<length).map { _ in
        odd
          ? UInt8.random(in: 1...255, using: &random)
          : Array("abcXYZ019_.$".utf8).randomElement(using: &random) ?? 97
      }
  }

  static func anySymbol(_ random: inout SplitMix64) -> Symbol {
    var symbol = Symbol(
      binding: [.global, .global, .weak, .unique].randomElement(using: &random) ?? .global,
      type: .function, storage: .text)
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      symbol.storage = .undefined
      symbol.type = .none
      if symbol.binding == .unique { symbol.binding = .global }
    case 1:
      symbol.storage = .absolute
      symbol.type = [.none, .object].randomElement(using: &random) ?? .none
    case 2: symbol.type = [.none, .indirectFunction].randomElement(using: &random) ?? .none
    case 3, 4, 5:
      symbol.type = [.object, .none, .tls].randomElement(using: &random) ?? .object
      symbol.storage = [.data, .bss, .readOnly, .relro].randomElement(using: &random) ?? .data
      if symbol.binding != .global, symbol.storage == .bss { symbol.storage = .data }
      symbol.size = UInt64.random(in: 1...4096, using: &random)
      symbol.alignmentShift =
        Bool.random(using: &random) ? UInt8.random(in: 0...12, using: &random) : nil
      if Int.random(in: 0..<4, using: &random) == 0 { symbol.size32 = symbol.size / 2 }
    default: break
    }
    symbol.isProtected = symbol.storage != .undefined && Int.random(in: 0..<6, using: &random) == 0
    if symbol.storage != .undefined, Int.random(in: 0..<6, using: &random) == 0 {
      symbol.otherBits = 0x80
    }
    return symbol
  }
}

extension Abi {
  /// Makes the symbols two names of one object.
  mutating func symbolsShareObject(_ one: Int, _ other: Int, _ group: UInt32) {
    var symbol = symbols[other]
    symbol.size = symbols[one].size
    symbol.size32 = symbols[one].size32
    symbol.type = symbols[one].type
    symbol.aliasGroup = group
    replaceFacts(ofSymbolAt: other, by: symbol)
    var leader = symbols[one]
    leader.aliasGroup = group
    replaceFacts(ofSymbolAt: one, by: leader)
  }
}

/// A small generator with a state that a test can fix.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
