package dev.millrace.orchestrator.expression;

import java.util.Set;

/** Names of the variables of an expression. */
final class Variables {
  static final String INPUT = "input";
  static final String STEPS = "steps";
  static final String OUTPUT = "output";
  static final String ITEM = "item";
  static final String INDEX = "index";
  static final String WORKFLOW = "workflow";
  static final String WORKFLOW_ID = WORKFLOW + ".id";
  static final String WORKFLOW_TENANT = WORKFLOW + ".tenant";
  static final String WORKFLOW_PRIORITY = WORKFLOW + ".priority";

  /** Those that no variable of a comprehension may be called. */
  static final Set<String> NAMES = Set.of(INPUT, STEPS, OUTPUT, ITEM, INDEX, WORKFLOW);

  private Variables() {}
}
