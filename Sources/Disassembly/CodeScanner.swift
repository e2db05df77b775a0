public import ElfKit

/// Finds the instructions that enter a kernel in the code of a file.
///
/// x86 is disassembled by libopcodes; AArch64, ARM and RISC-V are read by their fixed encodings and,
/// where the file has them, by mapping symbols.
public struct CodeScanner: Sendable {
  /// Look for instructions that only kernels and hypervisors may execute, too.
  public var includesPrivileged = false
  /// Told the share of the code that is done, from 0 to 1, now and then.
  public var progress: @Sendable (Double) -> Void = { _ in }

  /// Looks for what user land may execute, and tells of no progress.
  public init() {}

  /// Why the instructions of a file cannot be read, in words for the user. Nil when they can.
  static func reasonNotKnown(_ header: ElfHeader) -> String? {
    switch header.machine {
    case .x86_64, .i386:
      X86Decoder.isAvailable ? nil : "this build of abitool has no x86 disassembler"
    case .aarch64, .riscv: nil
    case .arm:
      // BE32 code is in the byte order of the data (ELF for the Arm Architecture, EF_ARM_BE8).
      header.byteOrder == .big && header.flags & 0x0080_0000 == 0
        ? "big-endian ARM code in the old form (BE32)" : nil
    default: "the instructions of \(header.machine) are not known"
    }
  }

  /// Finds the instructions of a file, by section and address.
  ///
  /// The result is a failure when the file is in order, but its code cannot be looked at: its machine
  /// is not known, or the code is in another file. A file without code has a scan without sites.
  ///
  /// - Throws: `ElfError` when the file is malformed.
  public func scan(_ file: borrowing ElfFile) throws(ElfError) -> Result<CodeScan, CodeNotKnown> {
    if let reason = Self.reasonNotKnown(file.header) { return .failure(.init(reason: reason)) }
    let parts = CodePart.parts(of: file)
    guard !parts.contains(where: \.isAbsent) else {
      return .failure(.init(reason: "a separate debug file: its code has no contents"))
    }
    var functions: FunctionTable?
    var scan = CodeScan()
    for part in parts { try scan.add(part, of: file) }
    var done = 0
    for part in parts {
      try part.withContents(of: file) { bytes throws(ElfError) in
        let code = Code(bytes: bytes, address: part.address)
        guard mayHoldSites(code, file.header) else { return }
        // The symbols are read when there is a first reason to.
        if functions == nil { functions = try FunctionTable(file) }
        guard let functions else { return }
        var part = part
        part.readName(of: file)
        let (before, total) = (done, Double(max(1, scan.codeSize)))
        let section = SectionScan(
          code: code, part: part, functions: functions, header: file.header,
          includesPrivileged: includesPrivileged,
          progress: { progress(Double(before + $0) / total) })
        section.run(into: &scan)
      }
      done += Int(clamping: part.size)
    }
    try FunctionNames.fill(&scan.sites, file)
    return .success(scan)
  }

  private func mayHoldSites(_ code: Code, _ header: ElfHeader) -> Bool {
    Candidates.next(in: code, from: 0, header.machine, includesPrivileged) != nil
  }
}

extension CodeScan {
  /// Counts a part, and refuses what cannot be read byte by byte.
  fileprivate mutating func add(_ part: CodePart, of file: borrowing ElfFile) throws(ElfError) {
    // What follows computes addresses a little behind the end, and none of them may wrap.
    let (end, wraps) = part.address.addingReportingOverflow(part.size)
    guard !wraps, end <= UInt64.max - 256 else {
      throw ElfError(
        .malformed,
        "malformed ELF file: code at 0x\(String(part.address, radix: 16)) reaches beyond the address space"
      )
    }
    try part.withContents(of: file) { bytes in codeSize += bytes.count }
    // Parts that overlap could make a small file take hours.
    guard codeSize <= file.size else {
      throw ElfError(.malformed, "malformed ELF file: its code overlaps in the file")
    }
  }
}

/// A part of the file that holds code: a section or, without section headers, a segment.
struct CodePart {
  var address: UInt64
  /// In bytes.
  var size: UInt64
  /// Nil without section headers, and until it is read.
  var name: String?
  /// The index of the section.
  var index: UInt32
  /// There are addresses for it, but no contents.
  var isAbsent: Bool
  private var section: Section?
  private var segment: Segment?

  static func parts(of file: borrowing ElfFile) -> [CodePart] {
    var parts: [CodePart] = []
    if file.sections.isEmpty {
      for segment in file.segments where segment.kind == .load && segment.isExecutable {
        parts.append(
          CodePart(
            address: segment.address, size: segment.fileSize, name: nil, index: 0,
            isAbsent: false, section: nil, segment: segment))
      }
      return parts
    }
    for (index, section) in file.sections.enumerated()
    where section.isExecutable && section.isAllocated && section.size > 0 {
      parts.append(
        CodePart(
          address: section.address, size: section.size, name: nil,
          index: UInt32(index), isAbsent: section.kind == .nobits, section: section,
          segment: nil))
    }
    return parts
  }

  /// Only where there is something to report: a damaged file may have one long name for all.
  mutating func readName(of file: borrowing ElfFile) {
    name = section.flatMap { file.name(of: $0) }
  }

  func withContents(
    of file: borrowing ElfFile, _ body: (UnsafeRawBufferPointer) throws(ElfError) -> Void
  ) throws(ElfError) {
    if let section { try file.withContents(of: section, body) }
    if let segment { try file.withContents(of: segment, body) }
  }
}
