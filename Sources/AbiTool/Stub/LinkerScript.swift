internal import ElfKit
internal import AbiModel
internal import Findings
internal import Support

/// The layout of a stub, as the linkers' own has no place for read-only data without contents.
///
/// In each segment what takes no space in the file comes last, as a segment is contents followed
/// by zeros. Thread-local sections are at the end: without contents they take no addresses.
enum LinkerScript {
  static func text(for plan: StubPlan) -> [UInt8] {
    let readOnly = plan.architecture?.readOnlySections ?? []
    var out: [UInt8] = []
    func line(_ text: String) { out.append(contentsOf: "  \(text)\n".utf8) }
    func section(_ name: String, _ inputs: [String]) {
      line("\(name) : { \(inputs.map { "*(\($0))" }.joined(separator: " ")) }")
    }
    out.append("SECTIONS\n{\n")
    line(". = SIZEOF_HEADERS;")
    section(StubMarker.sectionName, [StubMarker.sectionName])
    for name in [
      ".hash", ".gnu.hash", ".dynsym", ".dynstr", ".gnu.version", ".gnu.version_d",
      ".gnu.version_r",
    ] { section(name, [name]) }
    for name in readOnly { section(name, [name]) }
    section(StubPlan.Section.readOnly)
    line(". = ALIGN(CONSTANT(MAXPAGESIZE));")
    section(StubPlan.Section.text)
    line(". = DATA_SEGMENT_ALIGN(CONSTANT(MAXPAGESIZE), CONSTANT(COMMONPAGESIZE));")
    if !readOnly.contains(".dynamic") { section(".dynamic", [".dynamic"]) }
    section(".got", [".got", ".got.plt"])
    section(StubPlan.Section.relro)
    line(". = DATA_SEGMENT_RELRO_END(0, .);")
    for kind in [StubPlan.Section.data, .bss, .threadData] { section(kind) }
    if plan.object[.threadData].size > 0 {
      // GNU ld takes both thread-local sections for .tbss, which takes no addresses.
      let data = StubPlan.Section.threadData.name
      line(". = ADDR(\(data)) + SIZEOF(\(data));")
    }
    section(StubPlan.Section.threadBss)
    line(". = DATA_SEGMENT_END(.);")
    out.append("}\n")
    return out

    func section(_ kind: StubPlan.Section) {
      section("\(kind.name)", ["\(kind.nameInObject)"])
    }
  }
}
