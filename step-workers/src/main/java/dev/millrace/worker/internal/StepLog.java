package dev.millrace.worker.internal;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Loggers of step types, and what is logged with every line of a handler. Thread-safe. */
final class StepLog {
  private static final String PREFIX = "millrace.step.";

  /** For step types without a handler, of which there is no end. */
  private static final Logger UNKNOWN = LoggerFactory.getLogger("millrace.step");

  private final Map<String, Logger> loggers = new HashMap<>();

  StepLog(Collection<String> stepTypes) {
    stepTypes.forEach(type -> loggers.put(type, LoggerFactory.getLogger(PREFIX + type)));
  }

  Logger of(String stepType) {
    return Objects.requireNonNullElse(loggers.get(stepType), UNKNOWN);
  }

  /** From here on the thread logs for a command. */
  static void enter(CommandContext context) {
    MDC.put("workflowId", context.workflowId());
    MDC.put("step", context.step());
    MDC.put("attempt", Integer.toString(context.attempt()));
    MDC.put("commandId", context.commandId());
    context.branch().ifPresent(branch -> MDC.put("branch", Integer.toString(branch)));
  }

  /** The thread logs for nobody any more; what the handler has put there goes too. */
  static void leave() {
    MDC.clear();
  }
}
