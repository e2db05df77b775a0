internal import AbiModel
internal import DebugInfo
internal import Disassembly
internal import ElfKit
internal import Findings
internal import Mangling
public import Support
public import SystemPackage

/// Finds what ties a finished program, library or object to one kernel.
///
/// A kernel gets into user land in two ways: a program includes kernel headers, or it has code that
/// issues system calls. What is linked with such code shows it in symbols, libraries and notes.
public enum Taint {
  /// Looks at the file at `path`, or at the members of an archive. Those that cannot be looked at
  /// have results of their own, which come last.
  ///
  /// - Throws: `InputError` when it is no ELF file, or malformed.
  public static func results(of path: FilePath, options: TaintOptions) throws(InputError)
    -> [TaintResult]
  {
    var results: [TaintResult] = []
    let readable = try InputFile.readable(path)
    func name(_ member: String?) -> String { member.map { "\(path)(\($0))" } ?? path.string }
    do throws(ElfError) {
      let unreadable = try ElfFile.forEachCode(at: readable) { file, member throws(ElfError) in
        results.append(try result(of: file, path: name(member), options: options))
      }
      results += unreadable.map { code in
        Self.unreadable(name(code.member), code.reason, options)
      }
    } catch {
      throw InputError(path: path.string, error)
    }
    return results
  }

  /// The result of a file or member whose code cannot be looked at.
  private static func unreadable(_ path: String, _ reason: String, _ options: TaintOptions)
    -> TaintResult
  {
    var result = TaintResult(path: path)
    result.findings = [notKnown("code", reason, Build(path: path))]
    addQuestion(.init(noDwarf: "no code that can be read", options), options, to: &result)
    return result
  }

  private static func result(of file: borrowing ElfFile, path: String, options: TaintOptions)
    throws(ElfError) -> TaintResult
  {
    var result = TaintResult(path: path)
    let build = Build(path: path)
    guard !StubMarker.isThere(in: file) else {
      return unreadable(path, StubMarker.refusal, options)
    }
    var scanner = CodeScanner()
    scanner.includesPrivileged = options.includesPrivileged
    scanner.progress = options.progress
    let scan = try scanner.scan(file)
    var sites: [CodeScan.Site] = []
    if case .success(let scan) = scan { sites = scan.sites }
    let sources = TaintSources(file, path, sites, options)
    switch scan {
    case .success(let scan):
      result.codeSize = scan.codeSize
      result.sites = sites.map { .init(site: $0, line: sources.line(of: $0)?.text) }
      result.unlisted = scan.unlisted
      result.findings = sites.map { finding($0, sources, build) } + unlisted(scan, build)
    case .failure(let failure):
      result.findings = [notKnown("system calls", failure.reason, build)]
    }
    result.findings += sources.headerFindings(build)
    result.findings += try TaintLinkage.findings(in: file, build, options)
    addQuestion(sources.headers, options, to: &result)
    return result
  }

  private static func addQuestion(
    _ headers: HeaderQuestion, _ options: TaintOptions, to result: inout TaintResult
  ) {
    if headers.isAsked { result.question.asked.append("headers") }
    if let exception = headers.exception { result.question.notAsked.append(exception) }
    if options.abis.isEmpty {
      result.question.notAsked.append("symbols (no --abi)")
    } else {
      result.question.asked.append("symbols")
    }
  }

  static func notKnown(_ what: String, _ reason: String, _ build: Build) -> Finding {
    Finding(
      .notKnown, part: what, builds: [build], remark: what, place: .init(path: build.path),
      message: "\(what): \(reason)")
  }

  private static func finding(_ site: CodeScan.Site, _ sources: TaintSources, _ build: Build)
    -> Finding
  {
    var message = "\(site.text) at \(site.place)"
    if let name = site.function?.name {
      message += " in \(ByteName(name).demangledOrSpelled)"
    } else if let function = site.function {
      message += " in a function without a name at \(hexadecimal(function.address))"
    } else {
      message += " outside of known functions"
    }
    if site.evidence == .sweep { message += "; perhaps data, read in a row" }
    var finding = Finding(
      code(of: site.instruction), object: build.path,
      symbol: site.function?.name.map { ByteName($0) }, part: site.place, builds: [build],
      remark: "\(site.text) at \(site.place)" + (site.evidence == .sweep ? ", plain sweep" : ""),
      place: .init(path: build.path), message: message)
    finding.source = sources.line(of: site).map { .init(path: $0.file, line: $0.line) }
    return finding
  }

  /// What goes beyond the list of sites, by kind: no entry for a function accepts that.
  private static func unlisted(_ scan: CodeScan, _ build: Build) -> [Finding] {
    SystemInstruction.allCases.compactMap { instruction in
      guard let count = scan.unlisted[instruction] else { return nil }
      let limit = Report.grouped(CodeScan.siteLimit)
      return Finding(
        code(of: instruction), part: "\(instruction.rawValue), not listed", builds: [build],
        place: .init(path: build.path),
        message: "\(Report.grouped(count)) more \(instruction.rawValue); the first \(limit) "
          + "instructions of a file are listed")
    }
  }

  private static func code(of instruction: SystemInstruction) -> FindingCode {
    instruction.isPrivileged ? .privilegedInstruction : .systemCall
  }
}

extension CodeScan.Site {
  /// The address; in objects, whose sections have none yet, with the section.
  var place: String {
    isRelative ? "\(section ?? "")+\(hexadecimal(address))" : hexadecimal(address)
  }
}

extension ByteName {
  /// As C++ spells it or, when it is no C++ name, as the ABI text does.
  var demangledOrSpelled: String { Demangler.demangle(bytes) ?? spelled }
}

/// `0x…`.
func hexadecimal(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
