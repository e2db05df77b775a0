/// The dynamic section (`.dynamic`; gABI ch. 5 "Dynamic Section").
extension SharedObject {
  /// A value that is known before the layout is, or a section whose address or size it is.
  private enum Value {
    case number(UInt64)
    case string([UInt8])
    case address(SharedObjectLayout.Content)
    case size(SharedObjectLayout.Content)
    case symbolCount
  }

  /// The entries, `DT_NULL` included.
  private func dynamicEntries(_ symbols: DynamicSymbolTable) -> [(DynamicTag, Value)] {
    var entries: [(DynamicTag, Value)] = needed.map { (.needed, .string($0)) }
    if let soname { entries.append((.soname, .string(soname))) }
    if let rpath { entries.append((.rpath, .string(rpath))) }
    if let runpath { entries.append((.runpath, .string(runpath))) }
    if let audit { entries.append((.audit, .string(audit))) }
    if SysvHashTable(symbols, header) != nil { entries.append((.hash, .address(.hash))) }
    if symbols.gnuHash != nil { entries.append((.gnuHash, .address(.gnuHash))) }
    entries += [
      (.strtab, .address(.dynstr)),
      (.symtab, .address(.dynsym)),
      (.strsz, .size(.dynstr)),
      (.syment, .number(header.elfClass == .elf64 ? 24 : 16)),
    ]
    if header.machine == .mips { entries += mipsEntries }
    if definesVersions(symbols) {
      entries += [
        (.verdef, .address(.verdef)),
        (.verdefnum, .number(UInt64(versions.count + 1))),
      ]
    }
    if !needs.isEmpty {
      entries += [
        (.verneed, .address(.verneed)),
        (.verneednum, .number(UInt64(needs.count))),
      ]
    }
    if hasVersionTable(symbols) { entries.append((.versym, .address(.versym))) }
    entries.append((.null, .number(0)))
    return entries
  }

  /// What the MIPS psABI requires: no symbol has an entry in the global offset table.
  private var mipsEntries: [(DynamicTag, Value)] {
    [
      (.mipsRldVersion, .number(1)),
      (.mipsFlags, .number(2)),  // RHF_NOTPOT
      (.mipsBaseAddress, .number(0)),
      (.mipsLocalGotno, .number(0)),
      (.mipsSymtabno, .symbolCount),
      (.mipsGotsym, .symbolCount),
    ]
  }

  func dynamicEntryCount(_ symbols: DynamicSymbolTable) -> Int { dynamicEntries(symbols).count }

  func writeDynamic(
    _ layout: SharedObjectLayout, _ strings: DynamicStrings, _ symbols: DynamicSymbolTable,
    _ writer: FieldWriter, at offset: Int
  ) {
    var fields = FieldSequence(writer, at: offset)
    for (tag, value) in dynamicEntries(symbols) {
      fields.address(UInt64(bitPattern: tag.rawValue))
      switch value {
      case .number(let number): fields.address(number)
      case .string(let string): fields.address(UInt64(strings.offset(of: string)))
      case .address(let content): fields.address(layout.section(content)?.address ?? 0)
      case .size(let content): fields.address(layout.section(content)?.size ?? 0)
      case .symbolCount: fields.address(UInt64(symbols.entries.count + 1))
      }
    }
  }
}
