package dev.millrace.orchestrator.core.expression;

/** A text is not an expression. Its message names the place and the reason. */
public final class InvalidExpressionException extends Exception {
  private static final long serialVersionUID = 1;

  private final int offset;

  /**
   * A fault at a place.
   *
   * @param offset where in the text, in characters from its beginning
   */
  public InvalidExpressionException(String message, int offset) {
    super(message);
    this.offset = offset;
  }

  /** Where in the text it is, in characters from its beginning. */
  public int offset() {
    return offset;
  }
}
