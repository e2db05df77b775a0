extension MangledName {
  /// How this name, of a target with the data model `model`, differs from `other`, of one with
  /// `otherModel`.
  ///
  /// Empty when both name the same entity. When all differences are
  /// ``NameDifference/isOfDataModel``, the names have the same structure and can be of one
  /// declaration. A difference that several parameters have is given for each.
  public func differences(
    from other: MangledName, _ model: DataModel, _ otherModel: DataModel
  ) -> [NameDifference] {
    var comparison = Comparison(
      first: self, second: other, firstModel: model, secondModel: otherModel)
    return comparison.run()
  }
}

/// A walk of two trees in step.
private struct Comparison {
  struct Step {
    let first: Int
    let second: Int
    var place: NameDifference.Place?
    // The substitutions that led here, if any.
    var firstRange: Range<Int>?
    var secondRange: Range<Int>?
    /// The nodes are numbers of the types that this says.
    var numberedTypes: NumberedTypes?
  }

  /// Types that a number is part of.
  enum NumberedTypes {
    /// Arrays, vectors and `_BitInt`.
    case any
    /// Vectors of elements as wide as a pointer.
    case pointerWideVectors
  }

  let first: MangledName
  let second: MangledName
  let firstModel: DataModel
  let secondModel: DataModel
  let firstPrints: [Fingerprint]
  let secondPrints: [Fingerprint]
  var pending: [Step] = []
  var found: [NameDifference] = []
  /// The pairs of nodes seen in this place, so that substitutions cannot make the walk long.
  var seen: Set<UInt64> = []
  var seenPlace: NameDifference.Place?

  init(first: MangledName, second: MangledName, firstModel: DataModel, secondModel: DataModel) {
    self.first = first
    self.second = second
    self.firstModel = firstModel
    self.secondModel = secondModel
    firstPrints = first.fingerprints(without: .nothing)
    secondPrints = second.fingerprints(without: .nothing)
  }

  mutating func run() -> [NameDifference] {
    pending = [Step(first: first.root, second: second.root)]
    var budget = 16 * (first.nodes.count + second.nodes.count)
    while let step = pending.popLast() {
      budget -= 1
      guard budget > 0 else {
        report(.other, step)
        break
      }
      compare(step)
    }
    return found
  }

  private mutating func compare(_ step: Step) {
    let step = followed(step)
    let (a, b) = (step.first, step.second)
    guard firstPrints[a] != secondPrints[b] else { return }
    if step.place != seenPlace {
      seenPlace = step.place
      seen.removeAll(keepingCapacity: true)
    }
    guard seen.insert(UInt64(a) << 32 | UInt64(b)).inserted else { return }

    if isVaList(a, b) { return report(.vaList, step) }
    if first.longDouble(a) == firstModel.longDouble, second.longDouble(b) == secondModel.longDouble
    {
      return report(.longDouble, step)
    }
    let (left, right) = (first.nodes[a], second.nodes[b])
    guard left.kind == right.kind else { return report(.other, step) }
    switch left.kind {
    case .builtinType: report(integerDifference(left.builtinType, right.builtinType), step)
    case .callOffset:
      let form = first.text(of: a).filter { !$0.isDigit }
      let isSameForm = form == second.text(of: b).filter { !$0.isDigit }
      report(isSameForm ? .thunkOffset : .other, step)
    case .number:
      guard let types = step.numberedTypes else { return report(.other, step) }
      let isPointerSized =
        isPointerSized(a, b) || types == .pointerWideVectors && isPointerSized(inversely: a, b)
      report(.arrayBound(isPointerSized: isPointerSized), step)
    case .subobjectOffset: report(.literalValue(isPointerSized: true), step)
    case .literal: compareLiterals(step)
    default: compareChildren(step)
    }
  }

  /// The step at what substitutions and bare `N … E` stand for.
  private func followed(_ step: Step) -> Step {
    var step = step
    let a = target(of: step.first, in: first)
    let b = target(of: step.second, in: second)
    if a.isSubstituted, step.firstRange == nil { step.firstRange = first.nodes[step.first].range }
    if b.isSubstituted, step.secondRange == nil {
      step.secondRange = second.nodes[step.second].range
    }
    return Step(
      first: a.index, second: b.index, place: step.place, firstRange: step.firstRange,
      secondRange: step.secondRange, numberedTypes: step.numberedTypes)
  }

  private func target(of index: Int, in name: MangledName) -> (index: Int, isSubstituted: Bool) {
    var index = index
    var isSubstituted = false
    while true {
      let node = name.nodes[index]
      if node.kind == .substitution {
        index = Int(node.value)
        isSubstituted = true
      } else if node.kind == .nestedName, name.nodes[Int(node.firstChild)].nextSibling == .none {
        index = Int(node.firstChild)
      } else {
        return (index, isSubstituted)
      }
    }
  }

  // MARK: Leaves

  private func isVaList(_ a: Int, _ b: Int) -> Bool {
    for form in [VaListForm.parameter, .value] {
      if first.vaList(a, form) == firstModel.vaList, second.vaList(b, form) == secondModel.vaList {
        return true
      }
    }
    return false
  }

  private func integerDifference(
    _ a: BuiltinType?, _ b: BuiltinType?
  ) -> NameDifference.Kind {
    guard let a, let b else { return .other }
    let wide: Set<BuiltinType> = [.int128, .unsignedInt128]
    if wide.contains(a) || wide.contains(b) { return .int128 }
    let typedefs = firstModel.typedefs(a, b, in: secondModel)
    if !typedefs.isEmpty { return .integer(typedefs) }
    return firstModel.isPointerWide(a, and: b, in: secondModel) ? .pointerWidth : .other
  }

  /// Whether two numbers are to each other as the sizes of the pointers are.
  private func isPointerSized(_ a: Int, _ b: Int) -> Bool {
    guard let (left, right) = numbers(a, b) else { return false }
    return left * secondModel.pointerSize == right * firstModel.pointerSize
  }

  /// Whether two numbers of pointers take the same space.
  private func isPointerSized(inversely a: Int, _ b: Int) -> Bool {
    guard let (left, right) = numbers(a, b) else { return false }
    return left * firstModel.pointerSize == right * secondModel.pointerSize
  }

  private func numbers(_ a: Int, _ b: Int) -> (Int, Int)? {
    guard let left = number(first.text(of: a)), let right = number(second.text(of: b)) else {
      return nil
    }
    return (left, right)
  }

  /// The value of digits; nil for one that could overflow when it is multiplied by the size of a type.
  private func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var result = 0
    for digit in digits {
      guard digit.isDigit, result < 1 << 48 else { return nil }
      result = result * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return result
  }

  private mutating func compareLiterals(_ step: Step) {
    var left = first.children(of: step.first)
    var right = second.children(of: step.second)
    guard let leftType = left.next(), let rightType = right.next(),
      let leftValue = left.next(), let rightValue = right.next(),
      first.integerClass(of: leftType) != nil, second.integerClass(of: rightType) != nil
    else { return compareChildren(step) }
    if first.text(of: leftValue) != second.text(of: rightValue) {
      report(.literalValue(isPointerSized: isPointerSized(leftValue, rightValue)), step)
    }
    push(leftType, rightType, below: step, place: step.place)
  }

  // MARK: Inner nodes

  private mutating func compareChildren(_ step: Step) {
    let (left, right) = (first.nodes[step.first], second.nodes[step.second])
    let leftChildren = Array(first.children(of: step.first))
    let rightChildren = Array(second.children(of: step.second))
    // Leaves with equal fingerprints do not come here.
    guard left.value == right.value, leftChildren.count == rightChildren.count,
      !leftChildren.isEmpty
    else { return report(.other, step) }
    // The last is pushed first, so that differences are found in the order of the name.
    for number in leftChildren.indices.reversed() {
      let place = step.place ?? self.place(of: number, in: left)
      push(
        leftChildren[number], rightChildren[number], below: step, place: place,
        numberedTypes: number == 0 ? numberedTypes(left.kind, leftChildren, rightChildren) : nil)
    }
  }

  /// What the first children of two types are the numbers of, if anything.
  private func numberedTypes(
    _ kind: NodeKind, _ left: [Int], _ right: [Int]
  ) -> NumberedTypes? {
    switch kind {
    case .arrayType where left.count == 2, .bitInt: return .any
    case .vectorType where left.count == 2:
      let a = first.nodes[first.resolved(left[1])].builtinType
      let b = second.nodes[second.resolved(right[1])].builtinType
      guard let a, let b, firstModel.isPointerWide(a, and: b, in: secondModel) else { return .any }
      return .pointerWideVectors
    default: return nil
    }
  }

  private func place(of number: Int, in parent: Node) -> NameDifference.Place? {
    switch parent.kind {
    case .bareFunctionType:
      // `value` tells whether a return type comes first.
      let parameter = number - Int(parent.value)
      return parameter < 0 ? .returnType : .parameter(parameter)
    case .templateArgs: return .templateArgument(number)
    case .conversionOperator: return .conversionType
    default: return nil
    }
  }

  private mutating func push(
    _ a: Int, _ b: Int, below step: Step, place: NameDifference.Place?,
    numberedTypes: NumberedTypes? = nil
  ) {
    pending.append(
      Step(
        first: a, second: b, place: place, firstRange: step.firstRange,
        secondRange: step.secondRange, numberedTypes: numberedTypes))
  }

  private mutating func report(_ kind: NameDifference.Kind, _ step: Step) {
    let (left, right) = (first.nodes[step.first], second.nodes[step.second])
    found.append(
      NameDifference(
        kind: kind, place: step.place ?? (kind == .thunkOffset ? .thunk : .name),
        first: step.firstRange ?? left.range, second: step.secondRange ?? right.range,
        firstType: left.builtinType, secondType: right.builtinType))
  }
}
