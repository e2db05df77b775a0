internal import ElfKit
internal import Support

/// An ABI as JSON, for programs. Fields are left out where the text leaves the attribute out.
public enum AbiJson {
  /// The ABI as a JSON object.
  public static func text(of abi: Abi) -> [UInt8] {
    var json = JsonWriter()
    let leaders = abi.aliasLeaders()
    json.object { json in
      json.field("abi", 1)
      if let architecture = abi.architecture { json.field("arch", architecture.name) }
      if let soname = abi.soname { json.field("soname", soname.spelled) }
      if abi.isUnion { json.field("union", true) }
      if !abi.needed.isEmpty {
        json.key("needed")
        json.array { json in for name in abi.needed { json.string(name.spelled) } }
      }
      json.key("versions")
      json.array { json in
        for node in abi.versions {
          json.object { json in
            json.field("name", node.name.spelled)
            json.key("parents")
            json.array { json in for parent in node.parents { json.string(parent.spelled) } }
          }
        }
      }
      json.key("symbols")
      json.array { json in
        for (index, symbol) in abi.symbols.enumerated() {
          json.object { json in write(symbol, index, of: abi, leaders, to: &json) }
        }
      }
    }
    return json.finished()
  }

  private static func write(
    _ symbol: Symbol, _ index: Int, of abi: Abi, _ leaders: [UInt32: Int], to json: inout JsonWriter
  ) {
    let letter = KindLetter(of: symbol)
    json.field("name", abi.name(of: symbol))
    if let version = abi.version(of: symbol) {
      json.field("version", version.spelled)
      json.field("default", symbol.isDefaultVersion)
    }
    if symbol.isHidden { json.field("hidden", true) }
    json.field("kind", String(letter.character))
    if symbol.isData {
      json.field("size", symbol.size)
      if let size32 = symbol.size32 { json.field("size32", size32) }
      json.field("align", symbol.alignment)
    }
    if let leader = leaders[symbol.aliasGroup], leader != index {
      json.field("alias", abi.head(of: abi.symbols[leader]))
    }
    json.field("binding", bindingName(symbol.binding))
    json.field("type", symbol.isTls ? "tls" : TypeName.name(of: symbol.type))
    if symbol.isProtected { json.field("protected", true) }
    if symbol.storage == .relro { json.field("relro", true) }
    if symbol.storage == .readOnly { json.field("readOnly", true) }
    if symbol.otherBits != 0 { json.field("other", Int(symbol.otherBits)) }
    let condition = abi.condition(of: symbol)
    for (name, values) in [("kernels", condition.kernels), ("archs", condition.archs)]
    where !values.isEmpty {
      json.key(name)
      json.array { json in for value in values { json.string(value) } }
    }
  }

  private static func bindingName(_ binding: SymbolBinding) -> String {
    switch binding {
    case .local: "local"
    case .global: "global"
    case .weak: "weak"
    case .unique: "unique"
    }
  }
}

extension Abi {
  /// The first symbol of each alias group, by group. Symbols are sorted.
  func aliasLeaders() -> [UInt32: Int] {
    var leaders: [UInt32: Int] = [:]
    for (index, symbol) in symbols.enumerated()
    where symbol.aliasGroup != 0 && leaders[symbol.aliasGroup] == nil {
      leaders[symbol.aliasGroup] = index
    }
    return leaders
  }
}
