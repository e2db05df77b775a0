internal import CElf

/// `DT_FLAGS` (gABI ch. 5 "Dynamic Section"): what dynamic linkers do with the file.
public struct DynamicFlags: OptionSet, Hashable, Sendable {
  /// `DF_*`.
  public let rawValue: UInt64
  /// Flags by their bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  private init(_ bits: Int32) { rawValue = UInt64(bits) }

  /// `DF_ORIGIN`: the file names `$ORIGIN`.
  public static let origin = DynamicFlags(DF_ORIGIN)
  /// `DF_SYMBOLIC`: references are bound to the file's own definitions first.
  public static let symbolic = DynamicFlags(DF_SYMBOLIC)
  /// `DF_TEXTREL`: relocations change a segment that is not writable.
  public static let textrel = DynamicFlags(DF_TEXTREL)
  /// `DF_BIND_NOW`: all references are bound before the program starts.
  public static let bindNow = DynamicFlags(DF_BIND_NOW)
  /// `DF_STATIC_TLS`: thread-local objects are reached from the thread pointer, so that the file
  /// may not fit into a process that is running (`dlopen`).
  public static let staticTls = DynamicFlags(DF_STATIC_TLS)
}

/// `DT_FLAGS_1` (Oracle Linker and Libraries Guide "Dynamic Section"; those that GNU link editors
/// write and dynamic linkers act on).
public struct DynamicFlags1: OptionSet, Hashable, Sendable {
  /// `DF_1_*`.
  public let rawValue: UInt64
  /// Flags by their bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  private init(_ bits: Int32) { rawValue = UInt64(bits) }

  /// `DF_1_NOW`: all references are bound before the program starts.
  public static let now = DynamicFlags1(DF_1_NOW)
  /// `DF_1_GLOBAL`: `dlopen` makes its definitions visible to libraries loaded later.
  public static let global = DynamicFlags1(DF_1_GLOBAL)
  /// `DF_1_GROUP`: references are bound within the group of the file.
  public static let group = DynamicFlags1(DF_1_GROUP)
  /// `DF_1_NODELETE`: `dlclose` does not unload it.
  public static let noDelete = DynamicFlags1(DF_1_NODELETE)
  /// `DF_1_LOADFLTR`: what it filters is loaded at once.
  public static let loadFilter = DynamicFlags1(DF_1_LOADFLTR)
  /// `DF_1_INITFIRST`: initialised before all others.
  public static let initFirst = DynamicFlags1(DF_1_INITFIRST)
  /// `DF_1_NOOPEN`: `dlopen` refuses it.
  public static let noOpen = DynamicFlags1(DF_1_NOOPEN)
  /// `DF_1_ORIGIN`: the file names `$ORIGIN`.
  public static let origin = DynamicFlags1(DF_1_ORIGIN)
  /// `DF_1_DIRECT`: direct binding (Solaris).
  public static let direct = DynamicFlags1(DF_1_DIRECT)
  /// `DF_1_INTERPOSE`: its definitions come before those of others but the program's.
  public static let interpose = DynamicFlags1(DF_1_INTERPOSE)
  /// `DF_1_NODEFLIB`: the default directories are not searched.
  public static let noDefaultLibraries = DynamicFlags1(DF_1_NODEFLIB)
  /// `DF_1_NODUMP`: `dldump` refuses it (Solaris).
  public static let noDump = DynamicFlags1(DF_1_NODUMP)
  /// `DF_1_GLOBAUDIT`: its auditing libraries audit the whole process (Solaris).
  public static let globalAudit = DynamicFlags1(DF_1_GLOBAUDIT)
  /// `DF_1_SINGLETON`: it has symbols that are there once in a process (Solaris).
  public static let singleton = DynamicFlags1(DF_1_SINGLETON)
  /// `DF_1_PIE`: a position-independent program.
  public static let positionIndependent = DynamicFlags1(DF_1_PIE)
}
