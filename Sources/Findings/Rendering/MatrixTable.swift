internal import Support

/// Findings as rows, builds as columns: what is the case where.
///
/// The columns are the kernels when the architectures of each agree, the architectures when the
/// kernels of each agree; else the kernels again when no two facts meet in a column, else all
/// builds.
struct MatrixTable {
  private struct Row {
    var cells: [String]
    var finding: Finding
  }

  private enum Axis: Hashable {
    case kernels
    case archs
    case builds

    func name(of build: Build) -> String {
      switch self {
      case .kernels: build.kernel
      case .archs: build.arch
      case .builds: build.label
      }
    }
  }

  private let columns: [String]
  private let rows: [Row]

  /// Tables of the findings that have details: at most one for each kind of columns.
  package static func tables(of findings: [Finding], builds: [Build]) -> [MatrixTable] {
    var rows: [Axis: [Row]] = [:]
    for finding in findings where !finding.details.isEmpty {
      for (axis, isStrict) in [
        (Axis.kernels, true), (.archs, true), (.kernels, false), (.builds, false),
      ] {
        guard let cells = cells(of: finding, axis, builds, isStrict: isStrict) else { continue }
        rows[axis, default: []].append(Row(cells: cells, finding: finding))
        break
      }
    }
    return [.kernels, .archs, .builds].compactMap { axis in
      rows[axis].map { MatrixTable(columns: unique(builds.map(axis.name)), rows: $0) }
    }
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  /// A cell for each column. Nil when the builds of a column differ, or one column would be all.
  ///
  /// - Parameter isStrict: absence is a fact as well.
  private static func cells(
    of finding: Finding, _ axis: Axis, _ builds: [Build], isStrict: Bool
  ) -> [String]? {
    let columns = unique(builds.map(axis.name))
    guard axis == .builds || columns.count > 1 else { return nil }
    var values: [Build: [String]] = [:]
    for detail in finding.details {
      for build in detail.builds { values[build, default: []].append(detail.value) }
    }
    var cells: [String] = []
    for column in columns {
      let inColumn = builds.filter { axis.name(of: $0) == column }
        .map { values[$0]?.joined(separator: ", ") ?? "-" }
      let different = unique(isStrict ? inColumn : inColumn.filter { $0 != "-" })
      guard different.count <= 1 else { return nil }
      cells.append(different.first ?? "-")
    }
    return cells
  }

  /// - Parameter cure: what is said below for all rows.
  package func append(to out: inout Output, cure: String) {
    let widths = columns.indices.map { column in
      max(columns[column].count, rows.map { $0.cells[column].count }.max() ?? 0)
    }
    func joined(_ cells: [String]) -> String {
      zip(cells, widths).map { Output.padded($0, $1) }.joined(separator: "  ")
    }
    var heading = joined(columns)
    while heading.last == " " { heading.removeLast() }
    out.line(out.paint("    " + heading, .dim))
    for row in rows {
      out.line("    " + joined(row.cells) + "  " + Self.symbol(of: row.finding, out))
      if row.finding.cure != cure {
        out.paragraph("→ " + row.finding.cure, indent: 8)
      }
    }
  }

  /// The symbol of a finding with all that stands behind a row: the mangled name, the remark and
  /// the place.
  package static func symbol(of finding: Finding, _ out: Output) -> String {
    var text = finding.demangled ?? finding.head ?? finding.message
    if let remark = finding.remark { text += " (\(remark))" }
    if finding.demangled != nil { text += out.paint("  " + (finding.head ?? ""), .dim) }
    if let place = finding.place, let line = place.line {
      text += out.paint("  \(place.path):\(line)", .dim)
    }
    return text
  }
}
