/// Tells code from data in a region by following the flow of control, then reads the rest in a
/// row.
///
/// A region is the code from the start of a function to the start of the next one. What branches
/// from its start reach is code for certain. Jump tables that the region's indirect jumps may use are
/// data, and what they lead to is code. Anything else is read from its first byte on, and marked.
struct FlowAnalysis<Machine: Decoder> {
  struct Found {
    var address: UInt64
    var instruction: SystemInstruction
    var text: String
    var evidence: CodeScan.Evidence
  }

  /// What a byte of the region is.
  private enum Mark: UInt8 {
    case unknown
    case start
    case inside
    case data
  }

  private let decoder: Machine
  private let region: Range<UInt64>
  private let tables: JumpTables
  private var marks: [Mark]
  private var pending: [UInt64] = []
  private var hasIndirectJump = false
  private var references: [Reference] = []
  private(set) var found: [Found] = []
  /// Told the number of bytes read, now and then.
  var progress: (Int) -> Void = { _ in }
  private var size = 0

  init(_ decoder: Machine, region: Range<UInt64>, tables: JumpTables) {
    self.decoder = decoder
    self.region = region
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
    repeat {
      while let address = pending.popLast() { follow(from: address) }
      resolveTables()
    } while !pending.isEmpty
    sweep()
    found.sort { $0.address < $1.address }
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
    mark(address, .start)
    for offset in 1..<max(1, step.length) { mark(address + UInt64(offset), .inside) }
    if size >> 20 != (size + step.length) >> 20 { progress(size) }
    size += step.length
    if let instruction = step.system {
      found.append(
        Found(
          address: address, instruction: instruction, text: step.text, evidence: evidence))
    }
    if case .literal(let place, let size) = step.reference, evidence == .code {
      let end = place.addingReportingOverflow(UInt64(size))
      // Constants in the region that are not code already.
      if !end.overflow, region.contains(place), isFree(place, size) {
        markData(place..<end.partialValue)
      }
    }
  }

  private mutating func follow(from root: UInt64) {
    var address = root
    while region.contains(address), address % UInt64(decoder.unit) == 0 {
      let step = decoder.step(at: address)
      guard !step.isBad, isFree(address, step.length) else { return }
      accept(step, address, .code)
      switch step.reference {
      case .address, .table: step.reference.map { references.append($0) }
      case .literal, nil: break
      }
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

  /// Takes what the region refers to for jump tables, as far as it looks like one.
  private mutating func resolveTables() {
    guard hasIndirectJump else { return }
    let candidates = references
    references = []
    for reference in candidates {
      guard let table = tables.table(reference, region: region, isFree: { isFree($0, $1) }) else {
        continue
      }
      if region.contains(table.range.lowerBound) { markData(table.range) }
      pending += table.targets
    }
  }

  /// Reads what is left in a row.
  private mutating func sweep() {
    let unit = UInt64(decoder.unit)
    var address = (region.lowerBound + unit - 1) / unit * unit
    while address < region.upperBound {
      guard marks[index(address)] == .unknown else {
        address += unit
        continue
      }
      let step = decoder.step(at: address)
      guard !step.isBad, isFree(address, step.length) else {
        address += unit
        continue
      }
      accept(step, address, .sweep)
      address += UInt64(step.length)
    }
  }
}
