package dev.millrace.orchestrator.expression;

import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelEvaluationListener;
import dev.millrace.orchestrator.expression.WorkPlan.Charge;

/**
 * Counts the work of one evaluation, of all expressions of a template together, and ends it at
 * {@link ExpressionLimits#WORK}. Of one thread.
 */
final class WorkMeter {
  private static final int READS_PER_MAKE = 10;
  private static final int STEPS_PER_MATCHED_CHAR = 16;

  private long work;

  /** Counts the nodes of one expression; CEL shows it each value before a function gets it. */
  CelEvaluationListener counting(WorkPlan plan) {
    return (expr, value) -> {
      Charge charge = plan.charges().get(expr.id());
      add(charge == null ? 1 : cost(charge, value));
    };
  }

  private void add(long steps) {
    work += steps;
    if (work > ExpressionLimits.WORK) {
      throw new NoValueException(
          "it takes more work than %d steps; look at fewer or smaller values"
              .formatted(ExpressionLimits.WORK));
    }
  }

  private static long cost(Charge charge, Object value) {
    return switch (charge) {
      case READ -> 1 + Weighed.of(value) / READS_PER_MAKE;
      case SEARCH -> 1 + length(value);
      case MATCH -> 1 + length(value) * STEPS_PER_MATCHED_CHAR;
      case MAKE -> made(value);
    };
  }

  private static long made(Object value) {
    if (!(value instanceof String) && !(value instanceof CelByteString)) {
      return Weighed.of(value);
    }
    long length = length(value);
    if (length > ExpressionLimits.MADE_CHARS) {
      throw new NoValueException(
          "it makes a text of %d characters, more than %d; join less"
              .formatted(length, ExpressionLimits.MADE_CHARS));
    }
    return 1 + length;
  }

  private static long length(Object value) {
    return switch (value) {
      case String text -> text.length();
      case CelByteString bytes -> bytes.size();
      default -> 0;
    };
  }
}
