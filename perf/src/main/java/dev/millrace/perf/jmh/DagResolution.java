package dev.millrace.perf.jmh;

import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * All completions of one workflow, one by one, from its start to its end, as the engine takes them:
 * read the record, decide, write the record. Deterministic and not thread-safe.
 */
public final class DagResolution {
  /** A DAG of a number of steps. */
  public enum Shape {
    /** Each step after the one before. */
    CHAIN,
    /** Layers of ten; each step depends on three of the layer before. */
    LAYERED,
    /** One step, then all others but one at once, then one that joins them. */
    WIDE
  }

  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int LAYER_STEPS = 10;
  private static final Payload OUTPUT = new Payload("", new byte[16]);

  /** Nothing that the definitions measured here say looks at a payload. */
  private static final Payloads NO_PAYLOADS =
      new Payloads() {
        @Override
        public @Nullable Payload input() {
          return null;
        }

        @Override
        public @Nullable Payload result() {
          return null;
        }

        @Override
        public @Nullable Payload output(int step) {
          return null;
        }

        @Override
        public @Nullable Payload results(String step, Branches branches) {
          return null;
        }

        @Override
        public @Nullable Payload signal(int signal) {
          return null;
        }

        @Override
        public @Nullable Payload progress(int step) {
          return null;
        }
      };

  private final CompiledDefinition definition;
  private final boolean rereading;
  private final AttemptReported[] reports;
  private final int[] ready;

  /**
   * The workload for a DAG.
   *
   * @param timeout start-to-close timeout of each step; zero for none, and then no deadlines
   * @param rereading whether each input starts from the bytes that the last one left, as in the
   *     engine; without, the time shows what reading and writing cost
   */
  public DagResolution(Shape shape, int steps, Duration timeout, boolean rereading) {
    definition = CompiledDefinition.compile(definition(shape, steps, timeout));
    this.rereading = rereading;
    reports = new AttemptReported[steps];
    for (int step = 0; step < steps; step++) {
      reports[step] = new AttemptReported(definition.step(step).id(), 1, OUTPUT, null);
    }
    ready = new int[steps];
  }

  /** Runs the workflow to its end and gives the number of its events. */
  public long run() {
    PackedWorkflow workflow = PackedWorkflow.absent();
    int dispatched = apply(workflow, new StartRequested(null, "", 5, 0, null), 0);
    for (int next = 0; next < dispatched; next++) {
      if (rereading) {
        workflow = PackedWorkflow.of(workflow.bytes());
      }
      dispatched = apply(workflow, reports[ready[next]], dispatched);
      workflow.setAppliedOffset(InputSource.COMPLETION, next);
      workflow.spilled().take();
    }
    if (!workflow.status().hasEnded()) {
      throw new IllegalStateException("ended with " + workflow.succeededSteps() + " steps");
    }
    return workflow.nextSequence();
  }

  private int apply(PackedWorkflow workflow, Input input, int dispatched) {
    int end = dispatched;
    if (Decider.decide(new Situation("workflow", definition, workflow, NO_PAYLOADS, NOW_MS), input)
        instanceof Decision.Accepted accepted) {
      for (Effect effect : accepted.effects()) {
        if (effect instanceof DispatchStep dispatch) {
          ready[end++] = dispatch.step();
        }
      }
    }
    return end;
  }

  private static WorkflowDefinition definition(Shape shape, int steps, Duration timeout) {
    Random random = new Random(steps);
    List<StepDefinition> all = new ArrayList<>(steps);
    for (int step = 0; step < steps; step++) {
      List<String> dependsOn =
          switch (shape) {
            case CHAIN -> step == 0 ? List.of() : List.of(id(step - 1));
            case LAYERED -> threeOfLayerBefore(step, random);
            case WIDE -> wide(step, steps);
          };
      all.add(StepDefinition.work(id(step), "type", "queue", dependsOn, timeout, null));
    }
    return WorkflowDefinition.of("dag", 1, Duration.ZERO, RetryPolicy.NONE, all);
  }

  private static List<String> threeOfLayerBefore(int step, Random random) {
    int layerStart = step / LAYER_STEPS * LAYER_STEPS;
    if (layerStart == 0) {
      return List.of();
    }
    return random
        .ints(layerStart - LAYER_STEPS, layerStart)
        .distinct()
        .limit(3)
        .mapToObj(DagResolution::id)
        .toList();
  }

  private static List<String> wide(int step, int steps) {
    if (step == 0) {
      return List.of();
    }
    if (step < steps - 1) {
      return List.of(id(0));
    }
    List<String> parents = new ArrayList<>(steps - 2);
    for (int parent = 1; parent < step; parent++) {
      parents.add(id(parent));
    }
    return parents;
  }

  private static String id(int step) {
    return "step-" + step;
  }
}
