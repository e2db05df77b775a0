public import AbiModel
internal import ElfKit
internal import Findings
public import Support
public import SystemPackage

/// Makes one ABI text of those of several builds of a library.
public enum Merge {
  /// What the text says of what only some builds have.
  public enum Form: Sendable {
    /// The line, as it is there: what any of the builds has.
    case union
    /// The line with `kernel=`, `arch=` and width alternatives, so that the ABI of each build can
    /// be had again.
    case joint
  }

  /// A library or a text.
  public struct Input: Sendable {
    /// The file.
    public var path: FilePath
    /// Nil when the file's name tells, or all builds are for one kernel.
    public var kernel: String?

    /// A file, and the kernel that it is for.
    public init(path: FilePath, kernel: String? = nil) {
      self.path = path
      self.kernel = kernel
    }
  }

  /// Reads the builds and merges them.
  ///
  /// - Throws: `InputError` when one cannot be read, or when it cannot be told from another.
  public static func abi(of inputs: [Input], form: Form) throws(InputError) -> Abi {
    let kernels = kernels(of: inputs)
    var builds: [LoadedBuild] = []
    for (number, input) in inputs.enumerated() {
      let build = Build(kernel: kernels[number], path: input.path.string)
      var loaded = try LoadedBuild(build, order: number, options: Extraction.Options())
      loaded.build = Build(
        kernel: build.kernel, arch: loaded.architecture?.name ?? "", path: build.path)
      builds.append(loaded)
    }
    try refuseUnclear(builds)
    let matrix = try SymbolMatrix(builds)
    let declarations = DeclarationFinder(matrix).declarations
    let joint = JointAbi.of(
      matrix, declarations, included: declarations.map { _ in true }, isExact: false)
    return form == .joint ? joint : try union(joint, builds)
  }

  // MARK: Which build is which

  /// What the user says; else what stands in the file's name where the others have something else:
  /// `nova` of `ld-nova.lib.so`.
  private static func kernels(of inputs: [Input]) -> [String] {
    let names = inputs.map { input in
      let name = OutputNames.name(for: input.path)
      return name.hasSuffix(".abi") ? String(name.dropLast(4)) : name
    }
    let parts = names.map { name in
      name.lastIndex(of: "-").map { (name[..<$0], String(name[name.index(after: $0)...])) }
    }
    let libraries = Set(parts.map { $0?.0 })
    let isTold = libraries.count == 1 && libraries.first != .some(nil) && Set(names).count > 1
    return inputs.indices.map { inputs[$0].kernel ?? (isTold ? parts[$0]?.1 ?? "" : "") }
  }

  private static func refuseUnclear(_ builds: [LoadedBuild]) throws(InputError) {
    var known: [String: String] = [:]
    let hasNamed = builds.contains { !$0.build.arch.isEmpty }
    for one in builds {
      if one.build.arch.isEmpty, hasNamed {
        throw InputError(
          .needsSelection, path: one.build.path,
          "for which architecture? add a line such as #%arch x86_64")
      }
      if let other = known.updateValue(one.build.path, forKey: one.build.label + one.build.kernel) {
        throw InputError(
          .usage, path: one.build.path,
          "nothing tells it from \(other); say which kernel each is for: KERNEL=FILE")
      }
    }
  }

  // MARK: Unions

  /// A line for each name on each word size; conditions stay only where builds have different facts
  /// under one name.
  private static func union(_ joint: Abi, _ builds: [LoadedBuild]) throws(InputError) -> Abi {
    var result = Abi()
    result.isUnion = true
    result.soname = joint.soname
    for node in joint.versions { result.addVersion(node.name, parents: node.parents) }
    let wordSizes = Set(builds.map { $0.addressSize ?? 8 }).sorted(by: >)
    var lines: [Head: Int] = [:]
    for symbol in joint.symbols {
      for head in joint.heads(of: symbol) { lines[head, default: 0] += 1 }
    }
    for symbol in joint.symbols {
      let condition = joint.condition(of: symbol)
      for wordSize in symbol.hasAlternatives ? wordSizes : [wordSizes[0]] {
        var copy = symbol
        if symbol.hasAlternatives {
          if wordSize == 4, let size = symbol.size32 { copy.size = size }
          copy.size32 = nil
        }
        let spelled = joint.withSpelledName(of: symbol) {
          symbol.hasAlternatives
            ? Spelling.resolve([UInt8]($0), wordSize: wordSize) : [UInt8]($0)
        }
        let version = joint.version(of: symbol).map { result.addVersion($0) }
        spelled.withUnsafeBytes {
          result.append(
            copy, spelled: $0, hasAlternatives: false, version: version, isHidden: symbol.isHidden)
        }
        let head = result.spelledHead(of: result.symbols[result.symbols.count - 1])
        let isAlone = lines[head] == 1
        result.setCondition(
          isAlone ? Abi.Condition() : condition, ofSymbolAt: result.symbols.count - 1)
      }
    }
    result.sort()
    return result
  }
}
