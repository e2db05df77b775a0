internal import AbiModel
internal import Findings
internal import Support

/// Why extraction leaves a symbol out.
public enum DropReason: Int, CaseIterable, Sendable {
  case undefined
  case local
  case hidden
  case versionNode
  case linkerArtefact
  case weakTemplateInstance
  case weakFunction
  case weakVtable
  case weakTypeInfo
  case weakThunk
  case weakStaticData
  case weakGuardVariable
  case weakInlineVariable
  case byRequest

  /// In words, for the table of counts.
  public var title: String {
    switch self {
    case .undefined: "undefined"
    case .local: "local"
    case .hidden: "hidden or internal"
    case .versionNode: "version node"
    case .linkerArtefact: "linker artefact"
    case .weakTemplateInstance: "weak C++: template instance"
    case .weakFunction: "weak C++: inline function"
    case .weakVtable: "weak C++: vtable"
    case .weakTypeInfo: "weak C++: type info"
    case .weakThunk: "weak C++: thunk"
    case .weakStaticData: "weak C++: static data of an inline function"
    case .weakGuardVariable: "weak C++: guard variable"
    case .weakInlineVariable: "weak C++: inline variable"
    case .byRequest: "--drop"
    }
  }

  /// What it means, for one symbol.
  public var explanation: String {
    switch self {
    case .undefined: "the library does not define it, so it cannot promise it"
    case .local: "it is not visible outside the library"
    case .hidden: "its visibility keeps it inside the library"
    case .versionNode: "it stands for a version node, which a #%version line records"
    case .linkerArtefact: "every linker makes one of its own"
    case .weakTemplateInstance:
      "every user of the template makes its own copy; for an explicit instantiation use --needed-by or --keep"
    case .weakFunction: "every user of the inline function makes its own copy"
    case .weakVtable: "every user of the class makes its own copy"
    case .weakTypeInfo: "every user of the class makes its own copy"
    case .weakThunk: "it goes with a weak vtable"
    case .weakStaticData:
      "every user makes its own copy, so program and library no longer share it at run time"
    case .weakGuardVariable:
      "every user makes its own copy, so what it guards is initialised once for each"
    case .weakInlineVariable:
      "every user makes its own copy, so program and library no longer share it at run time"
    case .byRequest: "--drop names it"
    }
  }

  /// A C++ symbol that is there, but not as a promise.
  var isWeakCxx: Bool {
    switch self {
    case .undefined, .local, .hidden, .versionNode, .linkerArtefact, .byRequest: false
    case .weakTemplateInstance, .weakFunction, .weakVtable, .weakTypeInfo, .weakThunk,
      .weakStaticData, .weakGuardVariable, .weakInlineVariable:
      true
    }
  }

  /// Dropping it leads to two copies at run time where there was one.
  public var changesMeaning: Bool {
    self == .weakStaticData || self == .weakGuardVariable || self == .weakInlineVariable
  }
}

/// Symbols that linkers and their scripts put into every file: no promise of the library.
enum LinkerArtefacts {
  static let names: NameSet = {
    var set = NameSet()
    for name: String in [
      // GNU ld's and lld's own, by their default scripts.
      "_end", "end", "_edata", "edata", "_etext", "etext", "__end__", "_bss_end__",
      "__bss_end__", "__bss_start", "__bss_start__", "__data_start", "data_start",
      "__executable_start", "__ehdr_start", "__dso_handle", "_DYNAMIC", "_GLOBAL_OFFSET_TABLE_",
      "_PROCEDURE_LINKAGE_TABLE_", "__GNU_EH_FRAME_HDR", "__TMC_END__", "__rela_iplt_start",
      "__rela_iplt_end", "__rel_iplt_start", "__rel_iplt_end", "__init_array_start",
      "__init_array_end", "__fini_array_start", "__fini_array_end", "__preinit_array_start",
      "__preinit_array_end", "__exidx_start", "__exidx_end", "__global_pointer$", "_gp",
      "_gp_disp", "__gnu_local_gp", "_fbss", "_fdata", "_ftext", "_SDA_BASE_", "_SDA2_BASE_",
      // The files that are linked in at both ends.
      "_init", "_fini", "_start", "__start", "_IO_stdin_used", "__libc_csu_init",
      "__libc_csu_fini", "__CTOR_LIST__", "__CTOR_END__", "__DTOR_LIST__", "__DTOR_END__",
      "__EH_FRAME_BEGIN__", "__FRAME_END__", "__JCR_LIST__", "__JCR_END__",
      // Scripts of component systems.
      "_ctors_start", "_ctors_end", "_dtors_start", "_dtors_end", "__eh_frame_start__",
      "_prog_img_beg", "_prog_img_end", "__l4sys_invoke_indirect", "_parent_cap",
      "_parent_cap_local_name", "_parent_cap_thread_id",
    ] {
      var name = name
      name.withUTF8 { _ = set.insert(UnsafeRawBufferPointer($0)) }
    }
    return set
  }()
}
