package dev.millrace.orchestrator.expression;

import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.exceptions.CelOverloadNotFoundException;
import dev.cel.common.types.CelType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Reads;
import dev.millrace.orchestrator.core.expression.Scope;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One compiled expression.
 *
 * @param source its text
 * @param base where it begins in the text of the definition, in characters
 * @param program what CEL runs
 * @param type what the check says that it gives
 * @param sight what it looks at
 * @param plan how its work is counted
 */
record CelProgram(
    String source, int base, CelRuntime.Program program, CelType type, Sight sight, WorkPlan plan) {
  /** CEL's message: the place, in code points, and the reason. */
  private static final Pattern MESSAGE =
      Pattern.compile("evaluation error(?: at [^:]*:([0-9]{1,9}))?: (.*)", Pattern.DOTALL);

  Reads reads() {
    return sight.reads();
  }

  /**
   * Its value in a scope, as CEL has it.
   *
   * @throws EvaluationException when there is none
   */
  Object evaluate(Scope scope, WorkMeter meter) throws EvaluationException {
    ScopeVariables variables = new ScopeVariables(scope, sight);
    try {
      return plan.unbounded()
          ? program.trace(variables, meter.counting(plan))
          : program.eval(variables);
    } catch (CelEvaluationException e) {
      throw failed(e);
    } catch (RuntimeException e) {
      // A fault of CEL's own; the expression fails, not the thread that runs all workflows.
      throw fault(0, "CEL fails with " + e);
    }
  }

  private EvaluationException failed(CelEvaluationException failure) {
    String text = String.valueOf(failure.getMessage());
    Matcher message = MESSAGE.matcher(text);
    if (!message.matches()) {
      return fault(0, text);
    }
    String place = message.group(1);
    int offset = place == null ? 0 : CelLanguage.offset(source, Integer.parseInt(place));
    return fault(offset, reason(failure, message.group(2)));
  }

  private static String reason(CelEvaluationException failure, String text) {
    Throwable cause = failure.getCause();
    if (cause instanceof CelAttributeNotFoundException && !text.contains("'")) {
      return "there is no field or key '%s'".formatted(text);
    }
    if (cause instanceof CelOverloadNotFoundException) {
      return text + "; convert the values: int(x), double(x), string(x)";
    }
    return text;
  }

  /** What an attempt to use its value gives; when there is nothing, with the place. */
  <T> T placed(Attempt<T> attempt) throws EvaluationException {
    try {
      return attempt.get();
    } catch (EvaluationException e) {
      throw fault(String.valueOf(e.getMessage()));
    }
  }

  /** Uses a value. */
  @FunctionalInterface
  interface Attempt<T> {
    T get() throws EvaluationException;
  }

  /** That its value is of no use. */
  EvaluationException fault(String reason) {
    return fault(0, reason);
  }

  private EvaluationException fault(int offset, String reason) {
    return new EvaluationException(
        "expression %s at offset %d: %s"
            .formatted(Excerpt.of(source), base + offset, Excerpt.line(reason)));
  }
}
