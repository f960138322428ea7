package dev.millrace.orchestrator.definition;

/** Ends the reading of a source: what follows cannot be read, or must not. */
final class SourceRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final transient Position position;
  private final String path;

  SourceRefusedException(SourceRule rule, Position position, String message) {
    this(rule.code(), position, "", message);
  }

  SourceRefusedException(String code, Position position, String path, String message) {
    super(message);
    this.code = code;
    this.position = position;
    this.path = path;
  }

  Problem toProblem() {
    return new Problem(
        Problem.Severity.ERROR,
        position.line(),
        position.column(),
        path,
        code,
        String.valueOf(getMessage()));
  }
}
