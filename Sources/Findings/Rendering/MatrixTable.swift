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

  private enum Axis {
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
    let layouts = [Axis.kernels, .archs, .builds].map { MatrixLayout(builds, by: $0.name) }
    var rows = layouts.map { _ in [Row]() }
    for finding in findings where !finding.details.isEmpty {
      let values = values(of: finding)
      for (axis, isStrict) in [(0, true), (1, true), (0, false), (2, false)] {
        guard axis == 2 || layouts[axis].names.count > 1,
          let cells = layouts[axis].cells(of: values, isStrict: isStrict)
        else { continue }
        rows[axis].append(Row(cells: cells, finding: finding))
        break
      }
    }
    return zip(layouts, rows).filter { !$1.isEmpty }.map { layout, rows in
      MatrixTable(columns: layout.names, rows: rows)
    }
  }

  /// What is the case in each build; nothing where it is as good as absent.
  private static func values(of finding: Finding) -> [Build: String] {
    var values: [Build: String] = [:]
    for detail in finding.details where detail.value != MatrixLayout.absent {
      for build in detail.builds {
        values[build] = values[build].map { "\($0), \(detail.value)" } ?? detail.value
      }
    }
    return values
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

/// Which builds share a column.
private struct MatrixLayout {
  static let absent = "-"

  private(set) var names: [String] = []
  private var columns: [Build: Int] = [:]
  /// How many builds each column stands for.
  private var sizes: [Int] = []

  init(_ builds: [Build], by name: (Build) -> String) {
    var numbers: [String: Int] = [:]
    for build in builds where columns[build] == nil {
      let name = name(build)
      let column = numbers[name] ?? names.count
      if column == names.count {
        numbers[name] = column
        names.append(name)
        sizes.append(0)
      }
      columns[build] = column
      sizes[column] += 1
    }
  }

  /// A cell for each column. Nil when the builds of a column differ.
  ///
  /// - Parameter isStrict: absence is a fact as well.
  func cells(of values: [Build: String], isStrict: Bool) -> [String]? {
    var cells = [String?](repeating: nil, count: names.count)
    var counts = [Int](repeating: 0, count: names.count)
    for (build, value) in values {
      guard let column = columns[build] else { continue }
      if let other = cells[column], other != value { return nil }
      cells[column] = value
      counts[column] += 1
    }
    if isStrict {
      for (count, size) in zip(counts, sizes) where count > 0 && count < size { return nil }
    }
    return cells.map { $0 ?? Self.absent }
  }
}
