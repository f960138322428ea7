package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.EventVerbosity;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Writes a definition as YAML that is parsed to an equal definition, if its JSON texts have the
 * form that the parser and the builder give them. Equal definitions have equal text: fields stand
 * in the order of the language, and those that say the default are left out. Stateless.
 */
public final class DefinitionPrinter {
  private DefinitionPrinter() {}

  /** The YAML of a valid definition, ending in a line feed. */
  public static String print(WorkflowDefinition definition) {
    Map<String, Object> fields = new LinkedHashMap<>();
    StepPrinter steps = new StepPrinter(commonQueue(definition));
    fields.put(Field.OfDefinition.NAME.text(), definition.name());
    fields.put(Field.OfDefinition.VERSION.text(), definition.version());
    if (!definition.timeout().isZero()) {
      fields.put(Field.OfDefinition.TIMEOUT.text(), DurationText.print(definition.timeout()));
    }
    if (!steps.commonQueue().equals(DefinitionReader.DEFAULT_QUEUE)) {
      fields.put(Field.OfDefinition.QUEUE.text(), steps.commonQueue());
    }
    if (!definition.retry().equals(RetryPolicy.NONE)) {
      fields.put(Field.OfDefinition.RETRY.text(), SettingPrinter.retry(definition.retry()));
    }
    if (definition.maxParallel() != 0) {
      fields.put(Field.OfDefinition.MAX_PARALLEL.text(), definition.maxParallel());
    }
    if (definition.output() != null) {
      fields.put(Field.OfDefinition.OUTPUT.text(), JsonText.parse(definition.output()));
    }
    if (definition.events() != EventVerbosity.ALL) {
      fields.put(Field.OfDefinition.EVENTS.text(), DefinitionReader.text(definition.events()));
    }
    fields.put(Field.OfDefinition.STEPS.text(), print(steps, definition.steps()));
    if (!definition.finallySteps().isEmpty()) {
      fields.put(Field.OfDefinition.FINALLY.text(), print(steps, definition.finallySteps()));
    }
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setIndent(4)
            .setIndicatorIndent(2)
            .setDereferenceAliases(true)
            .build();
    return new Dump(settings).dumpToString(fields);
  }

  private static List<Map<String, Object>> print(StepPrinter printer, List<StepDefinition> steps) {
    return steps.stream().map(printer::print).toList();
  }

  /** The queue that stands at the top: that of all steps, or the default one if they differ. */
  private static String commonQueue(WorkflowDefinition definition) {
    List<String> queues =
        Stream.concat(definition.steps().stream(), definition.finallySteps().stream())
            .flatMap(step -> queue(step).stream())
            .distinct()
            .toList();
    return queues.size() == 1 ? queues.getFirst() : DefinitionReader.DEFAULT_QUEUE;
  }

  /** The queue of a step, or else of what undoes it. */
  private static Optional<String> queue(StepDefinition step) {
    return step.action() instanceof StepAction.Work work
        ? Optional.of(work.queue())
        : Optional.ofNullable(step.compensation()).map(Compensation::queue);
  }
}
