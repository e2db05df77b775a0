/// Findings as rows, builds as columns: what is the case where.
///
/// The columns are the kernels when the architectures of each agree, the architectures when the
/// kernels of each agree, and all builds otherwise.
struct MatrixTable {
  private struct Row {
    var cells: [String]
    var finding: Finding
  }

  private enum Axis: Hashable {
    case kernels
    case archs
    case builds
  }

  private let columns: [String]
  private let rows: [Row]

  /// Tables of the findings that have details: at most one for each kind of columns.
  static func tables(of findings: [Finding], builds: [Build]) -> [MatrixTable] {
    let sets: [(Axis, [String])] = [
      (.kernels, unique(builds.map(\.kernel))), (.archs, unique(builds.map(\.arch))),
      (.builds, unique(builds.map(\.label))),
    ]
    var rows: [Axis: [Row]] = [:]
    for finding in findings where !finding.details.isEmpty {
      for (axis, columns) in sets {
        guard let cells = cells(of: finding, axis, columns, isLast: axis == .builds) else {
          continue
        }
        rows[axis, default: []].append(Row(cells: cells, finding: finding))
        break
      }
    }
    return sets.compactMap { axis, columns in
      rows[axis].map { MatrixTable(columns: columns, rows: $0) }
    }
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  /// A cell for each column, nil when the builds of a column differ or one column would be all.
  private static func cells(
    of finding: Finding, _ axis: Axis, _ columns: [String], isLast: Bool
  ) -> [String]? {
    guard isLast || columns.count > 1 else { return nil }
    var cells = [String?](repeating: nil, count: columns.count)
    for detail in finding.details {
      for build in detail.builds {
        let name =
          switch axis {
          case .kernels: build.kernel
          case .archs: build.arch
          case .builds: build.label
          }
        guard let column = columns.firstIndex(of: name) else { continue }
        guard cells[column] == nil || cells[column] == detail.value else { return nil }
        cells[column] = detail.value
      }
    }
    return cells.map { $0 ?? "-" }
  }

  func append(to out: inout Output) {
    let widths = columns.indices.map { column in
      max(columns[column].count, rows.map { $0.cells[column].count }.max() ?? 0)
    }
    func joined(_ cells: [String]) -> String {
      zip(cells, widths).map { Output.padded($0, $1) }.joined(separator: "  ")
    }
    out.line(out.paint("    " + joined(columns), .dim))
    for row in rows {
      var line = "    " + joined(row.cells) + "  "
      let finding = row.finding
      if let demangled = finding.demangled {
        line += demangled + "  " + out.paint(finding.head ?? "", .dim)
      } else {
        line += finding.head ?? finding.message
      }
      if let remark = finding.remark { line += " (\(remark))" }
      if let place = finding.place, let number = place.line {
        line += out.paint("  \(place.path):\(number)", .dim)
      }
      out.line(line)
      if finding.cure != finding.code.cure { out.paragraph("→ " + finding.cure, indent: 8) }
    }
  }
}
