/// Tells code from data in a region by following the flow of control, then reads the rest in a
/// row.
///
/// A region is the code from the start of a function to the start of the next one. What branches
/// from its start reach is code for certain. Jump tables in the region, which its indirect jumps may
/// use, are data. The rest is read from its first byte on. That is code, too, when it lies in a
/// function and its instructions fill the gap between others exactly: cases of a switch, landing
/// pads. Anything else is marked.
struct FlowAnalysis<Machine: Decoder> {
  /// What a byte of the region is.
  private enum Mark: UInt8 {
    case unknown
    case start
    case inside
    case data
    // A system instruction begins. There may be one in every two bytes, so nothing else holds them.
    case site
    case sweptSite
    /// Swept, and something implausible is near.
    case doubtedSite
  }

  private let decoder: Machine
  private let region: Range<UInt64>
  /// Empty when its end is not known.
  private let function: Range<UInt64>?
  private let tables: JumpTables
  /// Privileged instructions are looked for, so they do not speak against code.
  private let acceptsPrivileged: Bool
  private var marks: [Mark]
  private var pending: [UInt64] = []
  private var hasIndirectJump = false
  private var references: [Reference] = []
  /// Told the number of bytes read, now and then.
  var progress: (Int) -> Void = { _ in }
  private var size = 0

  init(
    _ decoder: Machine, region: Range<UInt64>, function: Range<UInt64>?, tables: JumpTables,
    acceptsPrivileged: Bool
  ) {
    self.acceptsPrivileged = acceptsPrivileged
    self.decoder = decoder
    self.region = region
    self.function = function
    self.tables = tables
    marks = Array(repeating: .unknown, count: Int(region.upperBound - region.lowerBound))
  }

  /// Takes a range out of the code.
  mutating func markData(_ range: Range<UInt64>) {
    let part = range.clamped(to: region)
    for address in part { mark(address, .data) }
  }

  /// - Parameter roots: where functions begin.
  mutating func run(roots: [UInt64]) {
    pending = roots.filter { region.contains($0) }
    while let address = pending.popLast() { follow(from: address) }
    if hasIndirectJump { markTables() }
    sweep()
  }

  /// Hands the system instructions to `body`, by address.
  func forEachSite(_ body: (UInt64, CodeScan.Evidence) -> Void) {
    for (offset, mark) in marks.enumerated() where mark == .site || mark == .sweptSite {
      body(region.lowerBound + UInt64(offset), mark == .site ? .code : .sweep)
    }
  }

  private func index(_ address: UInt64) -> Int { Int(address - region.lowerBound) }

  private mutating func mark(_ address: UInt64, _ mark: Mark) { marks[index(address)] = mark }

  /// Whether all bytes of an instruction are still unknown.
  private func isFree(_ address: UInt64, _ length: Int) -> Bool {
    guard region.upperBound - address >= UInt64(length) else { return false }
    for offset in 0..<length where marks[index(address) + offset] != .unknown { return false }
    return true
  }

  private mutating func accept(_ step: Step, _ address: UInt64, _ evidence: CodeScan.Evidence) {
    mark(address, step.system == nil ? .start : evidence == .code ? .site : .sweptSite)
    for offset in 1..<max(1, step.length) { mark(address + UInt64(offset), .inside) }
    if size >> 20 != (size + step.length) >> 20 { progress(size) }
    size += step.length
    switch step.reference {
    case .literal(let place, let size):
      // Constants in the region that are not code already.
      if evidence == .code, region.contains(place), isFree(place, size) {
        markData(place..<place + UInt64(size))
      }
    case .address, .table: step.reference.map { references.append($0) }
    case nil: break
    }
  }

  private mutating func follow(from root: UInt64) {
    var address = root
    while region.contains(address), address % UInt64(decoder.unit) == 0 {
      let step = decoder.step(at: address)
      guard !step.isBad, isFree(address, step.length) else { return }
      accept(step, address, .code)
      switch step.flow {
      case .next: break
      case .branch(let target), .call(let target):
        if region.contains(target) { pending.append(target) }
      case .jump(let target):
        if region.contains(target) { pending.append(target) }
        return
      case .indirectJump:
        hasIndirectJump = true
        return
      case .stop: return
      }
      address += UInt64(step.length)
    }
  }

  /// Takes what the code so far refers to out of it, where it is a jump table.
  private mutating func markTables() {
    for reference in references {
      if let table = tables.extent(of: reference, in: region, isFree: { isFree($0, $1) }) {
        markData(table)
      }
    }
    references = []
  }

  /// Reads what is left in a row.
  private mutating func sweep() {
    let unit = UInt64(decoder.unit)
    var address = (region.lowerBound + unit - 1) / unit * unit
    while address < region.upperBound {
      if marks[index(address)] == .unknown {
        address = sweepGap(from: address)
      } else {
        address += unit
      }
    }
  }

  /// Reads a gap between known code up to its end.
  private mutating func sweepGap(from start: UInt64) -> UInt64 {
    var address = start
    var isExact = true
    var plausibility = Plausibility(acceptsPrivileged: acceptsPrivileged)
    while address < region.upperBound, marks[index(address)] == .unknown {
      let step = decoder.step(at: address)
      guard !step.isBad, isFree(address, step.length) else {
        isExact = false
        doubt(plausibility.addImplausible())
        address += UInt64(decoder.unit)
        continue
      }
      accept(step, address, .sweep)
      doubt(plausibility.add(step, at: address))
      address += UInt64(step.length)
      if step.flow == .indirectJump { markTables() }
    }
    let isCode =
      isExact && function.map { $0.contains(start) && address <= $0.upperBound } ?? false
    for index in index(start)..<index(min(address, region.upperBound)) {
      switch marks[index] {
      case .sweptSite where isCode: marks[index] = .site
      case .doubtedSite: marks[index] = isCode ? .site : Machine.losesStep ? .start : .sweptSite
      default: break
      }
    }
    return address
  }

  private mutating func doubt(_ sites: [UInt64]) {
    for site in sites { mark(site, .doubtedSite) }
  }
}

/// Tells code from data that was read as if it were code, by what stands around it: within a few
/// instructions random bytes have one that does not exist, that no compiler makes, or that user
/// land does not execute.
private struct Plausibility {
  /// In instructions.
  private static let window = 16

  /// The last sites near which nothing is implausible so far.
  private var recent: [(position: Int, address: UInt64)] = []
  private var position = 0
  private let acceptsPrivileged: Bool
  private var lastImplausible = -Self.window - 1

  init(acceptsPrivileged: Bool) { self.acceptsPrivileged = acceptsPrivileged }

  /// The sites that are in doubt by what stands at `address`.
  mutating func add(_ step: Step, at address: UInt64) -> [UInt64] {
    position += 1
    var doubted: [UInt64] = []
    if step.system != nil {
      if position - lastImplausible <= Self.window { doubted.append(address) }
      if recent.count == Self.window { recent.removeFirst() }
      recent.append((position, address))
    }
    if step.isUnlikely || (!acceptsPrivileged && step.system?.isPrivileged ?? false) {
      doubted += addImplausible()
    }
    return doubted
  }

  /// The sites that are in doubt by what is no instruction.
  mutating func addImplausible() -> [UInt64] {
    position += 1
    lastImplausible = position
    defer { recent = [] }
    return recent.filter { position - $0.position <= Self.window }.map(\.address)
  }
}
