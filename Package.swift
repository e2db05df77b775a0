// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// The executable has no public interface, so nothing in it needs to say how it imports.
let commandSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "abitool",
  products: [
    .executable(name: "abitool", targets: ["abitool"]),
    .library(name: "AbiTool", targets: ["AbiTool"]),
    .library(name: "ElfKit", targets: ["ElfKit"]),
    .library(name: "Mangling", targets: ["Mangling"]),
    .plugin(name: "AbiCheck", targets: ["AbiCheck"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
  ],
  targets: [
    // libelf reads ELF files; only ElfKit uses it.
    .systemLibrary(name: "CElf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
    // libiberty's demangler, and the x86 disassembler of libopcodes. The latter is linked
    // statically: its shared object exists for one release of binutils only.
    .target(
      name: "CBinutils",
      linkerSettings: [.linkedLibrary(":libopcodes.a"), .linkedLibrary("iberty")]),
    // libdw reads DWARF; only DebugInfo uses it. Statically linked, as the shared object loads
    // three compressors whenever abitool starts.
    .target(name: "CDw", linkerSettings: [.linkedLibrary(":libdw.a"), .linkedLibrary("elf")]),
    .target(name: "ElfKit", dependencies: ["CElf", systemPackage], swiftSettings: settings),
    .target(
      name: "DebugInfo", dependencies: ["CDw", "ElfKit", systemPackage], swiftSettings: settings),
    .target(name: "Disassembly", dependencies: ["CBinutils", "ElfKit"], swiftSettings: settings),
    .target(name: "Mangling", dependencies: ["CBinutils"], swiftSettings: settings),
    // Bytes, names, files, errors: what the modules above share.
    .target(name: "Support", dependencies: [systemPackage], swiftSettings: settings),
    // The `Abi` value, its text, selection, targets.
    .target(
      name: "AbiModel", dependencies: ["ElfKit", "Mangling", "Support", systemPackage],
      swiftSettings: settings),
    // Codes, catalogue, allow file, report, renderings. Knows neither ELF nor ABIs.
    .target(
      name: "Findings", dependencies: ["Mangling", "Support", systemPackage],
      swiftSettings: settings),
    .target(
      name: "AbiTool",
      dependencies: [
        "AbiModel", "DebugInfo", "Disassembly", "ElfKit", "Findings", "Mangling", "Support",
        systemPackage, .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "abitool",
      dependencies: [
        "AbiModel", "AbiTool", "ElfKit", "Findings", "Mangling", "Support", systemPackage,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/Command",
      swiftSettings: commandSettings),
    // `swift package abi-check`, for packages with dynamic libraries.
    .plugin(
      name: "AbiCheck",
      capability: .command(
        intent: .custom(
          verb: "abi-check",
          description: "Check the dynamic libraries of the package against ABI/NAME.abi.")),
      dependencies: ["abitool"]),
    // What tests share: running programs, temporary directories, fixtures.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: commandSettings),
    .testTarget(
      name: "ElfKitTests", dependencies: ["ElfKit", "TestSupport", systemPackage],
      swiftSettings: commandSettings),
    .testTarget(
      name: "DebugInfoTests",
      dependencies: ["DebugInfo", "ElfKit", "TestSupport", systemPackage],
      swiftSettings: commandSettings),
    .testTarget(
      name: "DisassemblyTests",
      dependencies: ["Disassembly", "ElfKit", "TestSupport", systemPackage],
      swiftSettings: commandSettings),
    .testTarget(
      name: "ManglingTests", dependencies: ["Mangling", "TestSupport"],
      swiftSettings: commandSettings),
    .testTarget(
      name: "AbiToolTests",
      dependencies: [
        "AbiModel", "AbiTool", "ElfKit", "Findings", "Mangling", "Support", "TestSupport",
        systemPackage,
      ],
      swiftSettings: commandSettings),
    // These run the executable.
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "abitool", "AbiModel", "AbiTool", "ElfKit", "Findings", "Support", "TestSupport",
        systemPackage,
      ],
      exclude: ["Golden"],
      swiftSettings: commandSettings),
    // These run build tools on the examples of integrations/, with the executable.
    .testTarget(
      name: "IntegrationTests", dependencies: ["abitool", "TestSupport"],
      swiftSettings: commandSettings),
  ]
)
