package dev.millrace.schemas;

/** Who may use which failure types. */
public final class FailureTypes {
  /** What the types of the engine's own failures start with; no worker may send one. */
  public static final String ENGINE_PREFIX = "millrace.";

  private FailureTypes() {}

  /** Whether a failure type is one that only the engine may use. */
  public static boolean isOfEngine(String type) {
    return type.startsWith(ENGINE_PREFIX);
  }
}
