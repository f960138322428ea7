package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.BranchesOpened;
import dev.millrace.orchestrator.core.event.BranchesReported;
import dev.millrace.orchestrator.core.event.ChunkOpened;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.PriorityChanged;
import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tells the gate what the events of a workflow change: of most events by the one step that they are
 * of, so that no other is looked at.
 */
final class GateAccount {
  private static final int ALL = -2;
  private static final int NONE = -1;

  private final Gate gate;
  private final WorkflowView state;
  private int step = NONE;
  private boolean wasOpen;
  private boolean wasHeld;

  /** Whether the event is what an attempt itself ends with. */
  private boolean isEnd;

  /** What was taken of each queue before an event of which all steps are looked at. */
  private Map<String, GateUse> former = Map.of();

  GateAccount(Gate gate, WorkflowView state) {
    this.gate = gate;
    this.state = state;
  }

  /** An event is about to be applied. */
  void before(CompiledDefinition definition, Event event) {
    step = step(event);
    isEnd =
        event instanceof StepSucceeded
            || event instanceof AttemptFailed
            || event instanceof StepFailed
            || event instanceof StepRepeated;
    if (step >= 0) {
      wasOpen = isOpen(step);
      wasHeld = isHeld(step);
    } else if (step == ALL) {
      former = GateUse.of(definition, state);
    }
  }

  /**
   * The event has been applied.
   *
   * @param definition that after the event
   */
  void after(CompiledDefinition definition) {
    if (step >= 0) {
      int open = (isOpen(step) ? 1 : 0) - (wasOpen ? 1 : 0);
      int held = (isHeld(step) ? 1 : 0) - (wasHeld ? 1 : 0);
      if (open < 0 && isEnd) {
        gate.ended(definition.step(step).queue(), open, held);
      } else if (open != 0 || held != 0) {
        gate.changed(definition.step(step).queue(), open, held);
      }
    } else if (step == ALL) {
      tellAll(GateUse.of(definition, state));
    }
  }

  /** Tells the difference alone: an attempt that goes on has not ended. */
  private void tellAll(Map<String, GateUse> now) {
    Set<String> queues = new HashSet<>(former.keySet());
    queues.addAll(now.keySet());
    for (String queue : queues) {
      GateUse was = former.getOrDefault(queue, GateUse.NONE);
      GateUse is = now.getOrDefault(queue, GateUse.NONE);
      if (!is.equals(was)) {
        gate.changed(queue, is.open() - was.open(), is.held() - was.held());
      }
    }
    former = Map.of();
  }

  private boolean isOpen(int index) {
    return state.status() == WorkflowStatus.RUNNING && state.stepStatus(index) == StepStatus.OPEN;
  }

  private boolean isHeld(int index) {
    return state.status() == WorkflowStatus.RUNNING && state.isGated(index);
  }

  /** The step whose attempt may be open, or be so no more, after an event. */
  private static int step(Event event) {
    return switch (event) {
      case StepDispatched of -> of.step();
      case StepSucceeded of -> of.step();
      case AttemptFailed of -> of.step();
      case StepFailed of -> of.step();
      case StepHeld of -> of.step();
      case StepRepeated of -> of.step();
      case StepSkipped of -> of.step();
      case StepSuspended of -> of.step();
      case BranchesOpened of -> of.step();
      case StepsReset of -> ALL;
      case WorkflowMigrated of -> ALL;
      case WorkflowEnding of -> ALL;
      case WorkflowEnded of -> ALL;
      case WorkflowStarted of -> NONE;
      case ChunkOpened of -> NONE;
      case BranchesReported of -> NONE;
      case AttemptHeard of -> NONE;
      case SignalReceived of -> NONE;
      case WorkflowPaused of -> NONE;
      case WorkflowResumed of -> NONE;
      case PriorityChanged of -> NONE;
      case MigrationTried of -> NONE;
      case ControlRefused of -> NONE;
    };
  }
}
