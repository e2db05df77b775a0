// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "Greet",
  products: [.library(name: "Greet", type: .dynamic, targets: ["Greet"])],
  dependencies: [
    // Elsewhere: .package(url: ..., from: ...)
    .package(name: "abitool", path: "../../..")
  ],
  targets: [.target(name: "Greet")])
