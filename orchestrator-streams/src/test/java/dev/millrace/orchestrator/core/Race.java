package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.SpilledPayloads.Spilled;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.invariant.EventLogInvariants;
import dev.millrace.orchestrator.core.invariant.WorkflowInvariants;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Inputs that reach a workflow at one moment, in every order in which they may be read. */
final class Race {
  private final SimulatedWorkflow workflow;
  private final CompiledDefinition definition;
  private final byte[] stored;
  private final Map<Integer, Payload> payloads;
  private final List<Input> inputs;
  private final long atMs;
  private final Map<WorkflowStatus, Integer> ends = new EnumMap<>(WorkflowStatus.class);
  private final Map<String, Integer> winners = new TreeMap<>();
  private final Map<String, Integer> losers = new TreeMap<>();

  Race(SimulatedWorkflow workflow, List<Input> inputs, long atMs) {
    this.workflow = workflow;
    this.definition = workflow.definition();
    this.stored = workflow.stored();
    this.payloads = workflow.payloads();
    this.inputs = List.copyOf(inputs);
    this.atMs = atMs;
  }

  /** How many orders led to each status. */
  Map<WorkflowStatus, Integer> run() {
    permute(new ArrayList<>(), inputs);
    return ends;
  }

  /** How often inputs of each kind were taken. */
  Map<String, Integer> winners() {
    return winners;
  }

  /** How often inputs of each kind were refused. */
  Map<String, Integer> losers() {
    return losers;
  }

  private static String kind(Input input) {
    return input instanceof ControlRequested request
        ? request.control().getClass().getSimpleName()
        : input.getClass().getSimpleName();
  }

  private void permute(List<Input> first, List<Input> rest) {
    if (rest.isEmpty()) {
      runInOrder(first);
      return;
    }
    for (int i = 0; i < rest.size(); i++) {
      List<Input> longer = new ArrayList<>(first);
      longer.add(rest.get(i));
      List<Input> others = new ArrayList<>(rest);
      others.remove(i);
      permute(longer, others);
    }
  }

  private void runInOrder(List<Input> order) {
    EventLogInvariants log = workflow.account();
    long sequence = PackedWorkflow.of(stored).nextSequence();
    assertThat(log.violations()).isEmpty();
    Map<Integer, Payload> known = new HashMap<>(payloads);
    Set<String> reported = new HashSet<>();
    Set<String> controlIds = new HashSet<>();
    List<Event> ofTheEnd = new ArrayList<>();
    byte[] bytes = stored;
    for (Input input : order) {
      Applied applied =
          Applied.apply(
              definition, bytes, known, Results.NONE, false, input, atMs, workflow.inputs());
      for (Spilled spilled : applied.spilled()) {
        known.put(spilled.slot(), spilled.payload());
      }
      if (input instanceof AttemptReported report
          && applied.decision() instanceof Decision.Accepted) {
        assertThat(reported.add(report.stepId() + "/" + report.attempt()))
            .as("only one report on an attempt is taken, in the order %s", order)
            .isTrue();
      }
      (applied.hasApplied() ? winners : losers).merge(kind(input), 1, Integer::sum);
      if (applied.hasApplied()
          && input instanceof ControlRequested request
          && !request.id().isEmpty()) {
        assertThat(controlIds.add(request.id()))
            .as("only one control with an id is applied, in the order %s", order)
            .isTrue();
      }
      if (!applied.hasApplied()) {
        assertThat(applied.effects()).as("what a loser brings about").isEmpty();
        assertThat(applied.events().size()).as("events of a loser").isLessThanOrEqualTo(1);
      }
      for (Event event : applied.events()) {
        log.accept(sequence++, event, atMs);
        if (event instanceof WorkflowEnded || event instanceof WorkflowEnding) {
          ofTheEnd.add(event);
        }
      }
      applied.fold(PackedWorkflow.of(bytes.clone()));
      bytes = applied.after();
      assertThat(WorkflowInvariants.check(definition, PackedWorkflow.of(bytes)))
          .as("state in the order %s", order)
          .isEmpty();
    }
    assertThat(log.violations()).as("log in the order %s", order).isEmpty();
    assertThat(ofTheEnd.stream().filter(WorkflowEnded.class::isInstance).count())
        .as("ends in the order %s", order)
        .isLessThanOrEqualTo(1);
    ends.merge(PackedWorkflow.of(bytes).status(), 1, Integer::sum);
  }
}
