package dev.millrace.orchestrator.expression;

/** An expression that CEL accepts and the engine does not. */
final class FaultyExpressionException extends Exception {
  private static final long serialVersionUID = 1;

  private final long node;

  /**
   * A fault at a node of the expression's tree.
   *
   * @param node its id
   */
  FaultyExpressionException(long node, String message) {
    super(message);
    this.node = node;
  }

  long node() {
    return node;
  }
}
