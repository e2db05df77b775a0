internal import AbiModel
internal import Findings
internal import Support

/// Symbols that linkers and their scripts put into every file: no promise of the library.
enum LinkerArtefacts {
  /// Whether a name is one of them. Of plain C names such as `end` only the symbol tells.
  static func contains(_ name: UnsafeRawBufferPointer) -> Bool {
    names.contains(name)
      || name.starts(with: "__".utf8) && prefixes.contains { name.starts(with: $0.utf8) }
  }

  /// Bounds of sections (GNU ld manual, "Input Section Example"), counters of gcov, and what the
  /// address sanitizer adds to data.
  private static let prefixes = ["__start_", "__stop_", "__gcov_", "__odr_asan"]

  private static let names: NameSet = {
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
