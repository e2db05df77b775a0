internal import AbiModel
internal import DebugInfo
internal import Disassembly
public import ElfKit
public import Findings
internal import Mangling
public import Support
public import SystemPackage

/// Finds what ties a finished program, library or object to one kernel.
///
/// A kernel gets into user land in two ways: a program includes kernel headers, or it has code that
/// issues system calls. What is linked with such code shows it in symbols, libraries and notes.
public enum Taint {
  /// Looks at the file at `path`, or at the members of an archive.
  ///
  /// - Throws: `InputError` when it is no ELF file, or malformed.
  public static func results(of path: FilePath, options: TaintOptions) throws(InputError)
    -> [TaintResult]
  {
    var results: [TaintResult] = []
    let readable = try InputFile.readable(path)
    do throws(ElfError) {
      try ElfFile.forEach(at: readable) { file, member throws(ElfError) in
        let name = member.map { "\(path)(\($0))" } ?? path.string
        results.append(try result(of: file, path: name, options: options))
      }
    } catch {
      throw InputError(path: path.string, error)
    }
    return results
  }

  /// The findings for a file that is open, for checks that do more with it.
  ///
  /// - Parameter path: how the findings name the file.
  /// - Throws: `InputError` when the file is malformed.
  public static func findings(
    in file: borrowing ElfFile, path: String, options: TaintOptions = TaintOptions()
  ) throws(InputError) -> [Finding] {
    do throws(ElfError) {
      return try result(of: file, path: path, options: options).findings
    } catch {
      throw InputError(path: path, error)
    }
  }

  static func result(of file: borrowing ElfFile, path: String, options: TaintOptions)
    throws(ElfError) -> TaintResult
  {
    var result = TaintResult(path: path)
    let build = Build(path: path)
    var scanner = CodeScanner()
    scanner.includesPrivileged = options.includesPrivileged
    scanner.progress = options.progress
    switch try scanner.scan(file) {
    case .success(let scan):
      result.codeSize = scan.codeSize
      let sources = TaintSources(file, path, scan.sites, options)
      result.sites = scan.sites.map { .init(site: $0, line: sources.line(of: $0)?.text) }
      result.findings = scan.sites.map { finding($0, sources, build) }
      add(sources, build, to: &result)
    case .failure(let failure):
      add(TaintSources(file, path, [], options), build, to: &result)
      result.findings.append(notKnown("system calls", failure.reason, build))
    }
    result.findings += try TaintLinkage.findings(in: file, build, options)
    if options.abis.isEmpty {
      result.question.notAsked.append("symbols (no --abi)")
    } else {
      result.question.asked.append("symbols")
    }
    return result
  }

  private static func add(_ sources: TaintSources, _ build: Build, to result: inout TaintResult) {
    result.findings += sources.headerFindings(build)
    if let reason = sources.reasonNotAsked {
      result.question.notAsked.append("headers (\(reason))")
    } else {
      result.question.asked.append("headers")
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
      site.instruction.isPrivileged ? .privilegedInstruction : .systemCall, object: build.path,
      symbol: site.function?.name.map { ByteName($0) }, part: site.place, builds: [build],
      remark: "\(site.text) at \(site.place)" + (site.evidence == .sweep ? ", plain sweep" : ""),
      place: .init(path: build.path), message: message)
    finding.source = sources.line(of: site).map { .init(path: $0.file, line: $0.line) }
    return finding
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
