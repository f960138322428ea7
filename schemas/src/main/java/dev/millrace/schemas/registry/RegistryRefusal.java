package dev.millrace.schemas.registry;

/** A request that the built-in registry does not fulfil, with the codes that Confluent's gives. */
final class RegistryRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * A refusal.
   *
   * @param code Confluent's error code; its first three digits are the HTTP status
   */
  RegistryRefusal(int code, String message) {
    super(message);
    this.code = code;
  }

  int code() {
    return code;
  }

  int status() {
    return code > 999 ? code / 100 : code;
  }
}
