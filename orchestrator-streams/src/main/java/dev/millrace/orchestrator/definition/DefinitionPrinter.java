package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Writes a definition as YAML that is parsed to an equal definition. Equal definitions have equal
 * text: fields stand in the order of the language, and those that say the default are left out.
 * Stateless.
 */
public final class DefinitionPrinter {
  private DefinitionPrinter() {}

  /** The YAML of a valid definition, ending in a line feed. */
  public static String print(WorkflowDefinition definition) {
    Map<String, Object> fields = new LinkedHashMap<>();
    String queue = commonQueue(definition.steps());
    put(fields, Field.NAME, definition.name());
    put(fields, Field.VERSION, definition.version());
    putTimeout(fields, definition.timeout());
    if (!queue.equals(DefinitionReader.DEFAULT_QUEUE)) {
      put(fields, Field.QUEUE, queue);
    }
    if (!definition.retry().equals(RetryPolicy.NONE)) {
      put(fields, Field.RETRY, retry(definition.retry()));
    }
    put(fields, Field.STEPS, definition.steps().stream().map(step -> step(step, queue)).toList());
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setIndent(4)
            .setIndicatorIndent(2)
            .setDereferenceAliases(true)
            .build();
    return new Dump(settings).dumpToString(fields);
  }

  /** The queue that stands at the top: that of all steps, or the default one if they differ. */
  private static String commonQueue(List<StepDefinition> steps) {
    List<String> queues = steps.stream().map(StepDefinition::queue).distinct().toList();
    return queues.size() == 1 ? queues.getFirst() : DefinitionReader.DEFAULT_QUEUE;
  }

  private static Map<String, Object> step(StepDefinition step, String commonQueue) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.ID, step.id());
    if (!step.type().equals(step.id())) {
      put(fields, Field.TYPE, step.type());
    }
    if (!step.queue().equals(commonQueue)) {
      put(fields, Field.QUEUE, step.queue());
    }
    if (!step.dependsOn().isEmpty()) {
      put(fields, Field.DEPENDS_ON, step.dependencyIds());
    }
    putTimeout(fields, step.timeout());
    RetryPolicy retry = step.retry();
    if (retry != null) {
      put(fields, Field.RETRY, retry(retry));
    }
    return fields;
  }

  private static Map<String, Object> retry(RetryPolicy retry) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.MAX_ATTEMPTS, retry.maxAttempts());
    put(fields, Field.INITIAL_INTERVAL, DurationText.print(retry.initialInterval()));
    put(fields, Field.COEFFICIENT, number(retry.coefficient()));
    put(fields, Field.MAX_INTERVAL, DurationText.print(retry.maxInterval()));
    put(fields, Field.JITTER, number(retry.jitter()));
    if (!retry.nonRetryable().isEmpty()) {
      put(fields, Field.NON_RETRYABLE, retry.nonRetryable());
    }
    return fields;
  }

  private static void putTimeout(Map<String, Object> fields, Duration timeout) {
    if (!timeout.isZero()) {
      put(fields, Field.TIMEOUT, DurationText.print(timeout));
    }
  }

  private static void put(Map<String, Object> fields, Field field, Object value) {
    fields.put(field.text(), value);
  }

  /** A whole number without a fraction, so that 2 is printed as people write it. */
  private static Object number(double value) {
    return value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE
        ? (Object) (int) value
        : new BigDecimal(Double.toString(value));
  }
}
