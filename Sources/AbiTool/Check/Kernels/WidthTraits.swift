internal import AbiModel
internal import Findings
internal import Mangling
internal import Support

/// What one mangled name tells about its dependence on the target, without another to compare.
struct WidthTraits {
  /// `operator new`, `new[]`, or a `delete` with a size: the language fixes the type.
  var isAllocationOperator = false
  /// The name holds an offset: of a thunk, or of a base in a construction table.
  var isThunk = false
  var hasInt128 = false
  /// A type that only `va_list` is.
  var hasVaList = false
  var hasLongDouble = false
  /// The integer types of one letter that occur, in the order of the name.
  var integers: [BuiltinType] = []

  init(_ name: MangledName) {
    switch name.nameClass {
    case .thunk, .constructionVtable: isThunk = true
    default: break
    }
    for node in name.nodes {
      switch node.kind {
      case .builtinType:
        guard let type = node.builtinType else { continue }
        switch type {
        case .int128, .unsignedInt128: hasInt128 = true
        case .longDouble: hasLongDouble = true
        case .int, .unsignedInt, .long, .unsignedLong, .longLong, .unsignedLongLong:
          if !integers.contains(type) { integers.append(type) }
        default: break
        }
      case .sourceName:
        let text = name.bytes[node.range]
        if text.elementsEqual("13__va_list_tag".utf8) || text.elementsEqual("9__va_list".utf8) {
          hasVaList = true
        }
      default: break
      }
    }
    isAllocationOperator = name.isSizedAllocationOperator
  }

  /// Whether the name has a type or a number that differs between word sizes.
  var dependsOnWidth: Bool {
    isThunk || isAllocationOperator || hasInt128 || hasVaList || !integers.isEmpty
  }

  /// The types of which one architecture does not tell whether the source names them, or a type
  /// definition that is another type elsewhere.
  func unproven(in model: DataModel) -> [BuiltinType] {
    let typedefs: [DataModel.Typedef] = [.size, .ptrdiff, .uintptr, .intptr, .uint64, .int64]
    return integers.filter { type in typedefs.contains { model[$0] == type } }
  }
}

extension MangledName {
  /// Whether it is an allocation function with a size among its parameters (C++ [new.delete]):
  /// `operator new` in all forms; `operator delete` when an integer follows the pointer.
  var isSizedAllocationOperator: Bool {
    guard let letters = functionOperator else { return false }
    if letters == "nw" || letters == "na" { return true }
    guard letters == "dl" || letters == "da" else { return false }
    for node in nodes where node.kind == .bareFunctionType {
      let types = bytes[node.range]
      return types.count >= 3 && types.dropFirst(2).first.map { "mj".utf8.contains($0) } == true
    }
    return false
  }

  /// The letters of the operator that the function is.
  private var functionOperator: String? {
    guard nameClass == .operatorFunction else { return nil }
    var index = root
    // The function's own name is the last part of each scope, and the first of all else.
    while true {
      let node = nodes[index]
      if node.kind == .operatorName { return String(decoding: text(of: index), as: UTF8.self) }
      var next: Int?
      for child in children(of: index) {
        next = child
        if node.kind != .nestedName, node.kind != .prefix { break }
      }
      guard let next else { return nil }
      index = next
    }
  }
}
