// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users of abitool do not build it.
let package = Package(
  name: "Benchmarks",
  targets: [
    .executableTarget(
      name: "bench", path: "Sources/Bench", swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
