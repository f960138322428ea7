package dev.millrace.perf.jmh;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.perf.workload.Workload;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One whole workflow in the core: the start and every completion, in the order in which the steps
 * were dispatched. The DAG is random, with a fixed seed: each step depends on one to three of the
 * fifty before it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DependencyResolutionBenchmark {
  private static final long SEED = 20_261_121;
  private static final int REACH = 50;
  private static final int MOST_DEPENDENCIES = 3;
  private static final String WORKFLOW_ID = "benchmark-1";
  private static final long NOW_MS = 1_795_000_000_000L;

  /** Steps of the workflow. */
  @Param({"10", "100", "1000", "10000"})
  public int steps;

  private final StartRequested start =
      new StartRequested(new Payload("", Workload.input()), "", 5, WorkflowView.NO_DEADLINE);
  private final Payload output = new Payload("", Workload.output());
  private CompiledDefinition definition = CompiledDefinition.compile(randomDefinition(1));

  @Setup
  public void compile() {
    definition = CompiledDefinition.compile(randomDefinition(steps));
  }

  /** Decisions alone, on a state that stays in memory. */
  @Benchmark
  public WorkflowStatus resolve() {
    return run(UnaryOperator.identity());
  }

  /** The same with the state taken from its stored bytes before each input, as the engine does. */
  @Benchmark
  public WorkflowStatus resolveFromStoredBytes() {
    return run(state -> PackedWorkflow.of(state.bytes()));
  }

  private WorkflowStatus run(UnaryOperator<PackedWorkflow> load) {
    Queue<DispatchStep> open = new ArrayDeque<>();
    PackedWorkflow state = PackedWorkflow.absent();
    decide(state, start, open);
    for (DispatchStep step = open.poll(); step != null; step = open.poll()) {
      state = load.apply(state);
      String stepId = definition.step(step.step()).id();
      decide(state, new AttemptReported(stepId, step.attempt(), output, null), open);
    }
    if (state.status() != WorkflowStatus.SUCCEEDED) {
      throw new IllegalStateException("the workflow must succeed, but is " + state.status());
    }
    return state.status();
  }

  private void decide(PackedWorkflow state, Input input, Queue<DispatchStep> open) {
    switch (Decider.decide(WORKFLOW_ID, definition, state, input, NOW_MS)) {
      case Decision.Accepted accepted -> {
        for (Effect effect : accepted.effects()) {
          if (effect instanceof DispatchStep dispatch) {
            open.add(dispatch);
          }
        }
      }
      case Decision.Refused refused -> throw new IllegalStateException(refused.message());
    }
  }

  private static WorkflowDefinition randomDefinition(int steps) {
    Random random = new Random(SEED);
    List<StepDefinition> all = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      List<String> dependsOn =
          i == 0
              ? List.of()
              : random
                  .ints(1 + random.nextInt(MOST_DEPENDENCIES), Math.max(0, i - REACH), i)
                  .distinct()
                  .mapToObj(step -> "step-" + step)
                  .toList();
      all.add(
          new StepDefinition(
              "step-" + i, Workload.STEP_TYPE, Workload.QUEUE, dependsOn, Duration.ZERO, null));
    }
    return new WorkflowDefinition("random", 1, Duration.ZERO, RetryPolicy.NONE, all);
  }
}
