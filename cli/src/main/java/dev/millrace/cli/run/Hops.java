package dev.millrace.cli.run;

import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * How long hops take. A hop is the time from the return of the handler that a step waited for last
 * to the call of that step's own handler: completion to the broker, decision of the engine, command
 * to the worker. It is taken from the workers' reports, in whole milliseconds; first attempts
 * alone, since later ones wait on purpose. Not thread-safe.
 */
public final class Hops {
  private static final int DIGITS = 3;

  private final WorkflowDefinition definition;
  private final Histogram millis = new Histogram(DIGITS);

  public Hops(WorkflowDefinition definition) {
    this.definition = definition;
  }

  /** Adds the hops of one workflow. */
  public void add(WorkflowRun run) {
    Map<String, Instant> returned = new HashMap<>();
    for (EventHistory.Entry success : run.events(EventType.STEP_SUCCEEDED)) {
      String step = success.event().getStep();
      run.handlerRun(step, success.event().getAttempt())
          .ifPresent(handler -> returned.put(step, handler.endedAt()));
    }
    for (StepDefinition step : definition.steps()) {
      Optional<Instant> ready =
          step.dependencyIds().stream()
              .flatMap(dependency -> Stream.ofNullable(returned.get(dependency)))
              .max(Instant::compareTo);
      Optional<HandlerRun> called = run.handlerRun(step.id(), 1);
      if (ready.isPresent() && called.isPresent()) {
        long hop = Duration.between(ready.get(), called.get().startedAt()).toMillis();
        millis.recordValue(Math.max(0, hop)); // the clock may have been set back
      }
    }
  }

  /** How many there are. */
  public long count() {
    return millis.getTotalCount();
  }

  /** The time in milliseconds within which so many percent of the hops are. */
  public long percentile(double percent) {
    return millis.getValueAtPercentile(percent);
  }
}
