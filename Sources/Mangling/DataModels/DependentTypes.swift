// Which nodes of a name are types that depend on the target.

/// Integer types that some `typedef` stands for on one target and not on another.
enum IntegerClass: UInt8 {
  case signed = 1
  case unsigned

  init?(_ type: BuiltinType?) {
    switch type {
    case .int, .long, .longLong: self = .signed
    case .unsignedInt, .unsignedLong, .unsignedLongLong: self = .unsigned
    default: return nil
    }
  }
}

/// Where `va_list` stands: an array decays as a parameter.
enum VaListForm {
  case parameter, value
}

extension MangledName {
  func integerClass(of index: Int) -> IntegerClass? {
    IntegerClass(nodes[resolved(index)].builtinType)
  }

  /// The spelling of `long double` that the node is, were it one.
  func longDouble(_ index: Int) -> DataModel.LongDouble? {
    switch nodes[index].kind {
    case .builtinType:
      switch nodes[index].builtinType {
      case .longDouble: return .standard
      case .float128: return .alternate
      default: return nil
      }
    case .vendorType: return hasText("u9__ieee128", index) ? .ieee128 : nil
    default: return nil
    }
  }

  /// The spelling of `va_list` that the node is in this form, were it one.
  func vaList(_ index: Int, _ form: VaListForm) -> DataModel.VaList? {
    switch nodes[index].kind {
    case .sourceName: return hasText("9__va_list", index) ? .plainStruct : nil
    case .prefix: return isStdVaList(index) ? .stdStruct : nil
    case .arrayType: return form == .value && isTagArray(index) ? .tagArray : nil
    case .pointer: return pointerVaList(index, form)
    default: return nil
    }
  }

  private func pointerVaList(_ index: Int, _ form: VaListForm) -> DataModel.VaList? {
    guard let child = firstChild(of: index) else { return nil }
    let target = resolved(child)
    switch nodes[target].builtinType {
    case .char: return .charPointer
    case .void: return .voidPointer
    default: return form == .parameter && isTag(target) ? .tagArray : nil
    }
  }

  private func isStdVaList(_ index: Int) -> Bool {
    var parts = children(of: index)
    guard let scope = parts.next(), let name = parts.next() else { return false }
    return nodes[scope].kind == .std && hasText("9__va_list", name)
  }

  private func isTagArray(_ index: Int) -> Bool {
    var parts = children(of: index)
    guard let bound = parts.next(), let element = parts.next() else { return false }
    return hasText("1", bound) && isTag(resolved(element))
  }

  private func isTag(_ index: Int) -> Bool {
    nodes[index].kind == .sourceName && hasText("13__va_list_tag", index)
  }

  func hasText(_ spelling: StaticString, _ index: Int) -> Bool {
    let start = Int(nodes[index].start)
    guard Int(nodes[index].end) - start == spelling.utf8CodeUnitCount else { return false }
    for offset in 0..<spelling.utf8CodeUnitCount
    where bytes[start + offset] != spelling.utf8Start[offset] {
      return false
    }
    return true
  }
}
