import Foundation

/// What is compared, as far as the peers and inputs are on this machine.
struct Suite {
  let inputs: Inputs

  func comparisons() throws -> [Comparison] {
    var result: [Comparison] = []
    let abitool = inputs.abitool
    let nm = Shell.find(["nm"])
    let llvmNm = Shell.find(["llvm-nm", "llvm-nm-14"])
    let ifs = Shell.find(["llvm-ifs", "llvm-ifs-14", "llvm-ifs-15", "llvm-ifs-16"])
    let readelf = Shell.find(["llvm-readelf", "llvm-readelf-14"])
    func add(
      _ work: String, _ ours: String, _ peerName: String, _ peer: String?, limit: Double? = nil,
      rounds: Int = 7
    ) {
      guard let peer else { return }
      result.append(
        Comparison(
          work: work, ours: "\(abitool) \(ours)", peer: peer, peerName: peerName, limit: limit,
          rounds: rounds))
    }
    if let llvm = Inputs.library("libLLVM") {
      add("extract libLLVM", "extract \(llvm)", "nm -D", nm.map { "\($0) -D \(llvm)" }, limit: 0.4)
      add(
        "extract libLLVM", "extract \(llvm)", "llvm-ifs --output-ifs",
        ifs.map { "\($0) --output-ifs=/dev/null \(llvm)" }, limit: 0.2)
      add(
        "extract libLLVM", "extract \(llvm)", "llvm-readelf --dyn-syms",
        readelf.map { "\($0) --dyn-syms \(llvm)" })
      add(
        "ifso libLLVM", "ifso \(llvm) \(inputs.path("llvm.ifso"))", "llvm-ifs --output-elf",
        ifs.map { "\($0) --output-elf=\(inputs.path("llvm.elf")) \(llvm)" }, limit: 0.2)
    }
    for name in ["libm.so.6", "libc.so.6"] {
      guard let library = Inputs.library(name) else { continue }
      add(
        "extract \(name)", "extract \(library)", "llvm-nm -D",
        llvmNm.map { "\($0) -D \(library)" }, limit: 0.35)
      add(
        "extract \(name)", "extract \(library)", "llvm-ifs --output-ifs",
        ifs.map { "\($0) --output-ifs=/dev/null \(library)" })
    }
    if let stdcxx = Inputs.library("libstdc++.so.6") {
      let script = Self.peer("symbols.sh")
      add("extract libstdc++", "extract \(stdcxx)", "nm, c++filt and awk", "\(script) \(stdcxx)")
      let assembly = inputs.path("stdcxx.s")
      let abi = inputs.path("stdcxx.abi")
      try Shell.run(abitool, ["extract", "--profile", "complete", "-o", abi, stdcxx])
      try Shell.run(abitool, ["stub", abi, "-o", assembly])
      let versions = inputs.path("stdcxx.map")
      try Shell.run(abitool, ["stub", abi, "--emit", "version-script", "-o", versions])
      let object = inputs.path("stdcxx.o")
      add(
        "ifso libstdc++", "ifso \(stdcxx) \(inputs.path("stdcxx.ifso"))", "as and ld",
        "sh -c 'as -o \(object) \(assembly) && ld -shared --version-script=\(versions) -o \(object).so \(object)'",
        limit: 0.1)
    }
    if let qt = Inputs.library("libQt5Core.so.5") {
      add("extract libQt5Core", "extract \(qt)", "nm -D", nm.map { "\($0) -D \(qt)" })
    }
    try addBatch(ifs, to: &result)
    try addDiff(to: &result)
    return result
  }

  /// All shared libraries of /usr/lib: one process, or one a library.
  private func addBatch(_ ifs: String?, to result: inout [Comparison]) throws {
    guard let ifs else { return }
    let (list, paths) = try inputs.allLibraries()
    let out = inputs.path("abis")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    result.append(
      Comparison(
        work: "extract of \(paths.count) libraries",
        ours: "sh -c 'xargs -a \(list) \(inputs.abitool) extract -o \(out)'",
        peer: "\(Self.peer("ifs-loop.sh")) \(ifs) \(list)", peerName: "loop over llvm-ifs",
        limit: 0.1, rounds: 1, runs: 2))
  }

  private func addDiff(to result: inout [Comparison]) throws {
    guard let abidiff = Shell.find(["abidiff"]), let library = Inputs.library("libstdc++.so.6")
    else {
      return
    }
    result.append(
      Comparison(
        work: "diff libstdc++ with itself", ours: "\(inputs.abitool) diff \(library) \(library)",
        peer: "\(abidiff) --no-added-syms \(library) \(library)", peerName: "abidiff", rounds: 3))
  }

  private static func peer(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("peers/\(name)").path
  }
}
