internal import ElfKit
internal import Support

/// Reads the attributes behind kind and size, and refuses those that contradict the kind.
struct AttributeReader {
  package var kernels: [String] = []
  package var archs: [String] = []
  /// The spelled head of `alias=` and its column.
  package var alias: (target: Head, column: Int)?
  private var seen: Set<String> = []

  private static let expected =
    "align=N, alias=NAME, arch=…, kernel=…, other=0xNN, protected, relro, ro, size32=N, tls, type=…, unique or weak"

  package mutating func read(_ line: inout LineReader, _ letter: KindLetter, _ symbol: inout Symbol)
    throws(InputError)
  {
    let column = line.skipToNext()
    let word = line.word()
    let equals = word.firstIndex(of: UInt8(ascii: "="))
    let key = String(decoding: word[..<(equals ?? word.count)], as: UTF8.self)
    let value = equals.map { UnsafeRawBufferPointer(rebasing: word[($0 + 1)...]) }
    guard seen.insert(key).inserted else {
      throw line.error(at: column, "a second \(key)")
    }
    let valueColumn = column + key.utf8.count + 1
    func number(_ what: String) throws(InputError) -> UInt64 {
      var reader = line.reader(ofLast: value?.count ?? 0)
      guard value?.isEmpty == false, let number = try reader.decimal() else {
        throw line.error(at: valueColumn, "expected \(what)")
      }
      return number
    }
    func requireData() throws(InputError) {
      guard symbol.isData else {
        throw line.error(at: column, "\(key) is for data, and \(letter.character) is none")
      }
    }
    func refuseValue() throws(InputError) {
      guard value == nil else { throw line.error(at: column, "\(key) has no value") }
    }
    switch key {
    case "align":
      try requireData()
      let alignment = try number("an alignment in bytes")
      guard alignment.nonzeroBitCount == 1 else {
        throw line.error(at: valueColumn, "an alignment is a power of two")
      }
      symbol.alignmentShift = UInt8(alignment.trailingZeroBitCount)
    case "alias":
      try requireData()
      var reader = line.reader(ofLast: value?.count ?? 0)
      guard value?.isEmpty == false else {
        throw line.error(at: valueColumn, "expected the name of the same object")
      }
      alias = (try reader.head().canonical, column)
    case "arch": archs = try Self.architectures(value, line, valueColumn)
    case "kernel": kernels = try Self.list(value, line, valueColumn, "kernels")
    case "other":
      guard let value, value.count == 4, value[0] == UInt8(ascii: "0"),
        value[1] == UInt8(ascii: "x"),
        let high = Spelling.hexValue(value[2]), let low = Spelling.hexValue(value[3]), low & 3 == 0
      else {
        throw line.error(
          at: valueColumn, "expected st_other as 0xNN, without the two bits of visibility")
      }
      symbol.otherBits = high << 4 | low
    case "protected":
      try refuseValue()
      symbol.isProtected = true
    case "relro", "ro":
      try refuseValue()
      guard [.weakData, .unique].contains(letter) || (key == "relro" && letter == .data) else {
        throw line.error(at: column, "\(key) contradicts \(letter.character)")
      }
      guard symbol.storage == .data else { throw line.error(at: column, "relro contradicts ro") }
      symbol.storage = key == "ro" ? .readOnly : .relro
    case "size32":
      try requireData()
      symbol.size32 = try number("the size on 32-bit targets in bytes")
    case "tls":
      try refuseValue()
      if symbol.storage != .undefined { try requireData() }
      symbol.type = .tls
    case "type":
      guard let value, let type = TypeName.type(named: String(decoding: value, as: UTF8.self))
      else {
        throw line.error(
          at: valueColumn, "expected notype, object, func, common, ifunc or a number")
      }
      let isFunction = type == .function || type == .indirectFunction
      let contradicts: Bool =
        switch symbol.storage {
        case .text: type == .object || type == .common
        case .data, .bss, .readOnly, .relro: isFunction || symbol.isTls
        case .absolute: false
        case .undefined: type != .none
        }
      guard !contradicts else {
        throw line.error(at: column, "this type contradicts \(letter.character)")
      }
      symbol.type = type
    case "weak", "unique":
      try refuseValue()
      let natural = letter.symbol.binding
      guard natural == .global, symbol.binding == .global,
        [.indirectFunction, .absolute, .function].contains(letter)
      else { throw line.error(at: column, "\(key) contradicts \(letter.character)") }
      symbol.binding = key == "weak" ? .weak : .unique
    default:
      throw line.error(at: column, "unknown attribute \(key); expected \(Self.expected)")
    }
  }

  /// An architecture that nobody knows is a typing mistake, by which a promise would vanish.
  private static func architectures(
    _ value: UnsafeRawBufferPointer?, _ line: LineReader, _ column: Int
  ) throws(InputError) -> [String] {
    let names = try list(value, line, column, "architectures")
    var place = column
    for name in names {
      guard Architecture(named: name) != nil else {
        throw line.error(at: place, Architecture.unknown(name))
      }
      place += name.utf8.count + 1
    }
    return names
  }

  private static func list(
    _ value: UnsafeRawBufferPointer?, _ line: LineReader, _ column: Int, _ what: String
  ) throws(InputError) -> [String] {
    let names = value?.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) ?? []
    let allowed: (UInt8) -> Bool = { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "."),
        UInt8(ascii: "+"):
        true
      default: false
      }
    }
    guard !names.isEmpty, names.allSatisfy({ !$0.isEmpty && $0.allSatisfy(allowed) }) else {
      throw line.error(at: column, "expected \(what), separated by commas")
    }
    return names.map { String(decoding: $0, as: UTF8.self) }
  }
}
