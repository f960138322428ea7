package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a workflow definition.
 *
 * @param id name of the step, unique in its definition
 * @param action what it does
 * @param dependsOn the steps that it comes after; with none it starts with the workflow
 * @param join how many of those must be satisfied; null means all, or any one where other steps
 *     route their failures here
 * @param when condition under which it runs once it may start, as CEL; null runs it always
 * @param timeouts how long it may take
 * @param retry retry policy of this step; null means the definition's
 * @param onFailure what follows from its failures; the first rule that matches holds
 * @param repeat that it runs again until a condition holds; null for once
 * @param forEach that it runs for each item of a list; null for one run
 * @param compensation what undoes it; null for nothing
 * @param window when it may be dispatched; null for any time
 * @param cache that its result is kept; null for not
 */
public record StepDefinition(
    String id,
    StepAction action,
    List<Dependency> dependsOn,
    @Nullable JoinRule join,
    @Nullable String when,
    Timeouts timeouts,
    @Nullable RetryPolicy retry,
    List<FailureRule> onFailure,
    @Nullable Repeat repeat,
    @Nullable ForEach forEach,
    @Nullable Compensation compensation,
    @Nullable DeliveryWindow window,
    @Nullable ResultCache cache) {

  public StepDefinition {
    dependsOn = List.copyOf(dependsOn);
    onFailure = List.copyOf(onFailure);
  }

  /** Ids of the steps that it comes after. */
  public List<String> dependencyIds() {
    return dependsOn.stream().map(Dependency::step).toList();
  }

  /** A step that a worker runs after all of some others have succeeded. */
  public static StepDefinition work(
      String id,
      String type,
      String queue,
      List<String> dependsOn,
      Duration startToClose,
      @Nullable RetryPolicy retry) {
    return new StepDefinition(
        id,
        new StepAction.Work(type, queue, null),
        dependsOn.stream().map(Dependency::on).toList(),
        null,
        null,
        Timeouts.startToClose(startToClose),
        retry,
        List.of(),
        null,
        null,
        null,
        null,
        null);
  }
}
