internal import ElfKit

/// Finds the instructions in one section.
struct SectionScan {
  let code: Code
  let part: CodePart
  let functions: FunctionTable
  let header: ElfHeader
  let includesPrivileged: Bool
  /// Told the number of bytes that are done.
  let progress: (Int) -> Void

  /// The number of the section where addresses are relative to it.
  private var scope: UInt32 { header.type == .relocatable ? part.index : 0 }

  func run(into scan: inout CodeScan) {
    let ranges = mappedRanges()
    if ranges.isEmpty {
      let tables = JumpTables(code: code, addressSize: header.elfClass.addressSize)
      switch header.machine {
      case .x86_64, .i386:
        if let decoder = X86Decoder(code, is64Bit: header.machine == .x86_64) {
          self.scan({ _ in decoder }, tables, into: &scan)
        }
      case .aarch64:
        let decoder = Arm64Decoder(code)
        self.scan({ _ in decoder }, tables, into: &scan)
      case .riscv:
        let decoder = RiscVDecoder(code)
        self.scan({ _ in decoder }, tables, into: &scan)
      case .arm:
        let decoders = [ArmDecoder(code, isThumb: false), ArmDecoder(code, isThumb: true)]
        self.scan({ decoders[isThumb($0) ? 1 : 0] }, tables, into: &scan)
      default: break
      }
    } else {
      for range in ranges { scanMapped(range, into: &scan) }
    }
  }

  // MARK: Regions

  private struct Region {
    var range: Range<UInt64>
    /// Nil before the first function.
    var function: FunctionTable.Entry?
  }

  /// The section, cut where functions begin.
  private func regions() -> [Region] {
    var regions: [Region] = []
    let starts = functions.functions(in: code.address..<code.end, section: scope)
    var start = code.address
    var function: FunctionTable.Entry?
    for entry in starts {
      if entry.address > start {
        regions.append(Region(range: start..<entry.address, function: function))
      }
      (start, function) = (entry.address, entry)
    }
    if start < code.end { regions.append(Region(range: start..<code.end, function: function)) }
    return regions
  }

  private func scan<Machine: Decoder>(
    _ decoder: (Region) -> Machine, _ tables: JumpTables,
    into scan: inout CodeScan
  ) {
    let machine = header.machine
    let objects = objects()
    var candidate = Candidates.next(in: code, from: 0, machine, includesPrivileged)
    for region in regions() {
      guard let next = candidate else { break }
      let end = Int(region.range.upperBound - code.address)
      guard next < end else { continue }
      let decoder = decoder(region)
      var flow = FlowAnalysis(
        decoder, region: region.range, function: region.function.map { $0.address..<$0.end },
        tables: tables, acceptsPrivileged: includesPrivileged)
      var index = objects.partitionIndex { $0.upperBound > region.range.lowerBound }
      while index < objects.count, objects[index].lowerBound < region.range.upperBound {
        flow.markData(objects[index])
        index += 1
      }
      flow.progress = { progress($0 + Int(region.range.lowerBound - code.address)) }
      flow.run(roots: region.function.map { [$0.address] } ?? [])
      flow.forEachSite { append(decoder.step(at: $0), at: $0, $1, to: &scan) }
      progress(end)
      candidate = Candidates.next(in: code, from: end, machine, includesPrivileged)
    }
  }

  /// Which of the two sets of ARM instructions a region is in. Where no symbol tells, by the first
  /// four bits of A32 instructions, which are seldom another condition than "always".
  private func isThumb(_ region: Region) -> Bool {
    if let known = region.function?.isThumb { return known }
    var always = 0
    var count = 0
    var address = (region.range.lowerBound + 3) / 4 * 4
    while code.holds(address, count: 4), address < region.range.upperBound, count < 4096 {
      if code.load(address, UInt32.self) >> 28 == 0xe { always += 1 }
      count += 1
      address += 4
    }
    return always * 2 < count
  }

  /// Objects that the symbol table knows in the code, sorted, those that overlap as one.
  private func objects() -> [Range<UInt64>] {
    let section = code.address..<code.end
    var ranges: [Range<UInt64>] = []
    for entry in functions.objects where entry.section == scope {
      let range = entry.address..<entry.end
      guard range.overlaps(section) else { continue }
      if let last = ranges.last, range.lowerBound < last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
    return ranges
  }

  // MARK: Mapping symbols

  private struct MappedRange {
    var range: Range<UInt64>
    var kind: MappingSymbol.Kind
  }

  /// The code of the section by mapping symbols; empty when there are none.
  private func mappedRanges() -> [MappedRange] {
    let symbols = functions.mapping
    var index = symbols.partitionIndex { ($0.section, $0.address) >= (scope, code.address) }
    var ranges: [MappedRange] = []
    while index < symbols.count, symbols[index].section == scope,
      symbols[index].address < code.end
    {
      let symbol = symbols[index]
      index += 1
      var end = code.end
      if index < symbols.count, symbols[index].section == scope {
        end = min(end, symbols[index].address)
      }
      if symbol.address < end {
        ranges.append(MappedRange(range: symbol.address..<end, kind: symbol.kind))
      }
    }
    return ranges
  }

  private func scanMapped(_ mapped: MappedRange, into scan: inout CodeScan) {
    switch (mapped.kind, header.machine) {
    case (.arm, .arm): read(mapped.range, ArmDecoder(code, isThumb: false), &scan)
    case (.thumb, .arm): read(mapped.range, ArmDecoder(code, isThumb: true), &scan)
    case (.code, .aarch64): read(mapped.range, Arm64Decoder(code), &scan)
    case (.code, .riscv): read(mapped.range, RiscVDecoder(code), &scan)
    default: break
    }
  }

  private func read(
    _ range: Range<UInt64>, _ decoder: some Decoder, _ scan: inout CodeScan
  ) {
    let unit = UInt64(decoder.unit)
    var address = (range.lowerBound + unit - 1) / unit * unit
    while address < range.upperBound {
      let step = decoder.step(at: address)
      append(step, at: address, .code, to: &scan)
      address += UInt64(step.length)
    }
    progress(Int(range.upperBound - code.address))
  }

  // MARK: Results

  private func append(
    _ step: Step, at address: UInt64, _ evidence: CodeScan.Evidence, to scan: inout CodeScan
  ) {
    guard let instruction = step.system, includesPrivileged || !instruction.isPrivileged else {
      return
    }
    guard scan.sites.count < CodeScan.siteLimit else {
      scan.unlisted[instruction, default: 0] += 1
      return
    }
    let function = functions.function(at: address, section: scope)
    scan.sites.append(
      CodeScan.Site(
        address: address, instruction: instruction, text: step.text, section: part.name,
        sectionIndex: part.index,
        function: function.map { .init(address: $0.address, size: $0.isOpen ? 0 : $0.size) },
        evidence: evidence, isRelative: header.type == .relocatable))
  }
}
