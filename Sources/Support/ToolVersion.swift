/// The version of abitool, which reports name.
public enum ToolVersion {
  public static let current = "0.1.0"
}
