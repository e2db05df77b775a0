internal import ElfKit

/// The letter by which the text, and nm, tell what a symbol is.
enum KindLetter: Character {
  case function = "T"
  case weakFunction = "W"
  case data = "D"
  case bss = "B"
  case readOnly = "R"
  case weakData = "V"
  case indirectFunction = "i"
  case unique = "u"
  case absolute = "A"
  case undefined = "U"
  case weakUndefined = "w"

  var ascii: UInt8 { rawValue.asciiValue ?? 0 }

  init?(ascii: UInt8) {
    self.init(rawValue: Character(Unicode.Scalar(ascii)))
  }

  /// Data comes with a size in the text.
  var isData: Bool {
    switch self {
    case .data, .bss, .readOnly, .weakData, .unique: true
    case .function, .weakFunction, .indirectFunction, .absolute, .undefined, .weakUndefined: false
    }
  }

  init(of symbol: Symbol) {
    switch (symbol.storage, symbol.binding) {
    case (.undefined, .weak): self = .weakUndefined
    case (.undefined, _): self = .undefined
    case (.absolute, _): self = .absolute
    case (.text, _) where symbol.type == .indirectFunction: self = .indirectFunction
    case (.text, .weak): self = .weakFunction
    case (.text, _): self = .function
    case (_, .unique): self = .unique
    case (_, .weak): self = .weakData
    case (.data, _), (.relro, _): self = .data
    case (.bss, _): self = .bss
    case (.readOnly, _): self = .readOnly
    }
  }

  /// The symbol that a line with this letter and no attributes describes.
  var symbol: Symbol {
    var symbol = Symbol()
    (symbol.type, symbol.binding, symbol.storage) =
      switch self {
      case .function: (.function, .global, .text)
      case .weakFunction: (.function, .weak, .text)
      case .data: (.object, .global, .data)
      case .bss: (.object, .global, .bss)
      case .readOnly: (.object, .global, .readOnly)
      case .weakData: (.object, .weak, .data)
      case .indirectFunction: (.indirectFunction, .global, .text)
      case .unique: (.object, .unique, .data)
      case .absolute: (.none, .global, .absolute)
      case .undefined: (.none, .global, .undefined)
      case .weakUndefined: (.none, .weak, .undefined)
      }
    return symbol
  }

  /// `weak` or `unique` where the letter does not tell it.
  func bindingAttribute(of symbol: Symbol) -> String? {
    guard symbol.binding != self.symbol.binding else { return nil }
    return symbol.binding == .weak ? "weak" : symbol.binding == .unique ? "unique" : nil
  }

  /// The `st_type` where the letter does not tell it. `tls` is an attribute of its own.
  func typeAttribute(of symbol: Symbol) -> String? {
    guard symbol.type != self.symbol.type, symbol.type != .tls else { return nil }
    return TypeName.name(of: symbol.type)
  }
}

/// The values of `type=`.
enum TypeName {
  static let names: [(SymbolType, String)] = [
    (.none, "notype"), (.object, "object"), (.function, "func"), (.common, "common"),
    (.indirectFunction, "ifunc"),
  ]

  static func name(of type: SymbolType) -> String {
    for (known, name) in names where known == type { return name }
    return String(type.rawValue)
  }

  static func type(named name: some StringProtocol) -> SymbolType? {
    if let known = names.first(where: { $0.1 == name }) { return known.0 }
    guard let value = UInt8(name), value < 16, value != SymbolType.tls.rawValue,
      !names.contains(where: { $0.0.rawValue == value })
    else { return nil }
    return SymbolType(rawValue: value)
  }
}
