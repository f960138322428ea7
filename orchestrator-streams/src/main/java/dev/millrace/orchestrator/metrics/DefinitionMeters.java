package dev.millrace.orchestrator.metrics;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;

/** The meters of one definition, found once for all its steps. Belongs to one stream task. */
final class DefinitionMeters {
  private final EngineMetrics metrics;
  private final CompiledDefinition definition;
  private final String name;
  private final Counter started;
  private final StepMeters[] steps;
  private final Map<WorkflowStatus, Timer> times = new EnumMap<>(WorkflowStatus.class);

  DefinitionMeters(EngineMetrics metrics, CompiledDefinition definition) {
    this.metrics = metrics;
    this.definition = definition;
    this.name = definition.name();
    this.started = metrics.workflowsStarted(name);
    // Branches of one step are all the same.
    this.steps = new StepMeters[definition.isOfBranches() ? 1 : definition.stepCount()];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = metrics.steps(definition.step(i).queue(), definition.step(i).type());
    }
  }

  CompiledDefinition definition() {
    return definition;
  }

  Counter started() {
    return started;
  }

  Timer time(WorkflowStatus status) {
    return times.computeIfAbsent(status, each -> metrics.workflowTime(name, each));
  }

  StepMeters step(int step) {
    return steps.length == 1 ? steps[0] : steps[step];
  }

  /** Where the commands of a step go. */
  String queue(int step) {
    return definition.step(steps.length == 1 ? 0 : step).queue();
  }
}
