package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Duplicates;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts of one workflow id, whether it is taken or not, as the shell handles them: one that
 * cancels what is there waits until that has ended, and holds the id meanwhile.
 */
final class RandomStarts {
  private static final int MOST_WORKFLOWS = 4;

  private final Random random;
  private final SimulatedWorkflow workflow;
  private final Consumer<Input> apply;
  private final RandomPayloads payloads;
  private final int most;

  /** Few of each, so that several workflows begin with the same. */
  private final @Nullable Payload[] inputs = new Payload[2];

  private WorkflowDefinition definition;
  private int begun;
  private @Nullable Start waiting;

  /**
   * Starts of an id.
   *
   * @param definition the one of its first workflow
   * @param apply applies an input, at a time
   */
  RandomStarts(
      Random random,
      SimulatedWorkflow workflow,
      WorkflowDefinition definition,
      Consumer<Input> apply) {
    this.random = random;
    this.workflow = workflow;
    this.definition = definition;
    this.apply = apply;
    this.payloads = new RandomPayloads(random);
    this.most = random.nextBoolean() ? 1 : 2 + random.nextInt(MOST_WORKFLOWS - 1);
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = payloads.about(random.nextInt(4) == 0 ? PackedWorkflow.INPUT_BYTES - 4 : 0);
    }
  }

  /** A start that waits for the end of the workflow that it has cancelled. */
  private record Start(WorkflowDefinition definition, StartRequested request) {}

  /** Begins the first workflow of the id. */
  void begin(long nowMs) {
    begin(new Start(definition, request(definition, anyPolicy(), nowMs)));
  }

  /** A start comes. Once there were enough workflows, only one that begins none. */
  void come(long nowMs) {
    boolean mayBegin = begun < most;
    DuplicatePolicy policy = anyPolicy();
    if (!mayBegin) {
      policy = random.nextBoolean() ? DuplicatePolicy.REJECT : DuplicatePolicy.RETURN_EXISTING;
    }
    WorkflowDefinition other =
        mayBegin && random.nextInt(3) == 0 ? new RandomDefinitions(random).next() : definition;
    boolean wasAwaited = waiting != null;
    take(new Start(other, request(other, policy, nowMs)));
    for (int i = random.nextInt(6); i > 0 && !wasAwaited && waiting != null; i--) {
      come(nowMs); // while the id is held
    }
  }

  /** Whether the id has been used less often than it will be. */
  boolean areToCome() {
    return begun < most;
  }

  /** The id may be free now for a start that waits. */
  void afterChange() {
    Start start = waiting;
    if (start != null && workflow.status().hasEnded()) {
      waiting = null;
      assertThat(Duplicates.decide(start.request().onDuplicate(), workflow.status()))
          .isEqualTo(Duplicates.Verdict.BEGIN);
      begin(start);
    }
  }

  private void take(Start start) {
    DuplicatePolicy policy = start.request().onDuplicate();
    boolean isAwaited = waiting != null;
    Duplicates.Verdict verdict =
        Duplicates.decide(policy, isAwaited ? WorkflowStatus.RUNNING : workflow.status());
    assertThat(verdict)
        .as("%s while %s, another start waits: %s", policy, workflow.status(), isAwaited)
        .isEqualTo(ReferenceStarts.verdict(policy, workflow.reference().status(), isAwaited));
    workflow.count(policy + (isAwaited ? " of one that waits" : " while " + stage()));
    switch (verdict) {
      case KEEP -> {
        workflow.count(Refusal.EXISTING_RETURNED.code());
        apply.accept(start.request()); // the core would not begin it either
      }
      case REJECT -> apply.accept(start.request());
      case BEGIN -> begin(start);
      case CANCEL_FIRST -> {
        begun += isAwaited ? 0 : 1;
        waiting = start;
        if (workflow.reference().ending() == null) {
          apply.accept(new ControlRequested(new Control.Cancel("another start cancels it")));
        }
      }
    }
  }

  private String stage() {
    return workflow.status().hasEnded() ? "ENDED" : workflow.status().name();
  }

  private void begin(Start start) {
    begun = workflow.ends().size() + 1;
    definition = start.definition();
    workflow.expect(definition);
    apply.accept(start.request());
  }

  private DuplicatePolicy anyPolicy() {
    DuplicatePolicy[] policies = DuplicatePolicy.values();
    return policies[random.nextInt(policies.length)];
  }

  private StartRequested request(WorkflowDefinition of, DuplicatePolicy policy, long nowMs) {
    boolean isOwn = random.nextInt(8) == 0;
    return new StartRequested(
        inputs[random.nextInt(inputs.length)],
        "tenant-" + random.nextInt(2),
        random.nextInt(10),
        random.nextInt(8) == 0 ? nowMs + random.nextInt(600_000) : 0,
        isOwn ? of : null,
        isOwn ? 1 + random.nextInt(2_000) : 0,
        random.nextInt(4) == 0
            ? new Parent(
                "above",
                "step",
                Parent.NO_BRANCH + random.nextInt(3),
                1 + random.nextInt(3),
                1 + random.nextInt(Parent.DEPTH))
            : null,
        policy);
  }
}
