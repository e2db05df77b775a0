package import ElfKit
internal import Support

/// The letter by which the text, and nm, tell what a symbol is.
package enum KindLetter: UInt8 {
  case function = 0x54  // T
  case weakFunction = 0x57  // W
  case data = 0x44  // D
  case bss = 0x42  // B
  case readOnly = 0x52  // R
  case weakData = 0x56  // V
  case indirectFunction = 0x69  // i
  case unique = 0x75  // u
  case absolute = 0x41  // A
  case undefined = 0x55  // U
  case weakUndefined = 0x77  // w

  package var ascii: UInt8 { rawValue }

  /// For messages.
  package var character: Character { Character(Unicode.Scalar(rawValue)) }

  /// Data comes with a size in the text.
  package var isData: Bool {
    switch self {
    case .data, .bss, .readOnly, .weakData, .unique: true
    case .function, .weakFunction, .indirectFunction, .absolute, .undefined, .weakUndefined: false
    }
  }

  package init(of symbol: Symbol) {
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
  package var symbol: Symbol {
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
package enum TypeName {
  package static let names: [(SymbolType, String)] = [
    (.none, "notype"), (.object, "object"), (.function, "func"), (.common, "common"),
    (.indirectFunction, "ifunc"),
  ]

  package static func name(of type: SymbolType) -> String {
    for (known, name) in names where known == type { return name }
    return String(type.rawValue)
  }

  package static func type(named name: some StringProtocol) -> SymbolType? {
    if let known = names.first(where: { $0.1 == name }) { return known.0 }
    guard let value = UInt8(name), value < 16, value != SymbolType.tls.rawValue,
      !names.contains(where: { $0.0.rawValue == value })
    else { return nil }
    return SymbolType(rawValue: value)
  }
}
