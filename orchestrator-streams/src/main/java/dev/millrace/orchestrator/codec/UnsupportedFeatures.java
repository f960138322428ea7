package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a definition can say and this engine cannot do. Such a definition is refused as a whole:
 * what is left of it would be another workflow than its author meant. Stateless.
 */
public final class UnsupportedFeatures {
  private UnsupportedFeatures() {}

  /** The first step that asks for such a thing, in words; empty when there is none. */
  public static Optional<String> find(WorkflowDefinition definition) {
    return Stream.concat(definition.steps().stream(), definition.finallySteps().stream())
        .flatMap(step -> Stream.ofNullable(find(step)))
        .findFirst();
  }

  private static @Nullable String find(StepDefinition step) {
    return step.forEach() == null
        ? null
        : "step '%s' has 'forEach', which this engine cannot run; upgrade the engine or do without"
            .formatted(step.id());
  }
}
