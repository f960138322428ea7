package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.effect.TellParent;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Carries one workflow from one state to the next: decides, forwards commands and events, and only
 * then stores, so that no failure in between leaves a state that speaks of an output never sent.
 * Belongs to one stream task.
 */
final class Transitions {
  private final TaskResources task;
  private final WorkflowStore store;
  private final PinnedDefinitions pinned;

  Transitions(TaskResources task, PinnedDefinitions pinned) {
    this.task = task;
    this.store = task.store();
    this.pinned = pinned;
  }

  /** Applies a control or a completion to a workflow, if it is known and has not ended. */
  Decision.@Nullable Refused change(String workflowId, Input input, Cause cause) {
    PackedWorkflow workflow = store.load(workflowId);
    if (workflow == null) {
      return new Decision.Refused(
          Refusal.UNKNOWN_WORKFLOW, "no workflow '%s' is known".formatted(workflowId));
    }
    InputSource source = cause.source();
    if (source != null && cause.offset() <= workflow.appliedOffset(source)) {
      store.putAgain(workflowId, workflow);
      return new Decision.Refused(Refusal.ALREADY_APPLIED, "the state holds its effect already");
    }
    if (workflow.status().hasEnded()) {
      if (input instanceof ControlRequested) {
        refuseAfterEnd(workflowId, workflow, cause);
        return null;
      }
      return new Decision.Refused(Refusal.WORKFLOW_ENDED, "the workflow has ended");
    }
    return switch (pinned.await(workflowId, workflow)) {
      case PinnedDefinitions.Found found ->
          apply(workflowId, found.definition(), workflow, input, cause);
      case PinnedDefinitions.Lost lost -> lost.refusal();
    };
  }

  /** Says in the event log that a control came too late. */
  private void refuseAfterEnd(String workflowId, PackedWorkflow workflow, Cause cause) {
    long nowMs = task.context().currentSystemTimeMs();
    long sequence = workflow.nextSequence();
    ControlRefused refused = Decider.refuseAfterEnd(workflow);
    task.metrics().refused(refused.code());
    byte[] record =
        task.encoder().refusal(refused, sequence, nowMs, cause.offset(), cause.origin());
    task.context()
        .forward(
            new Record<>(
                workflowId.getBytes(UTF_8),
                new Outgoing(task.settings().topics().events(), record),
                nowMs,
                TraceContext.of(cause.headers())));
    workflow.setAppliedOffset(InputSource.CONTROL, cause.offset());
    store.save(workflowId, workflow, workflow.armedTimerMs());
  }

  /** Applies an input to a workflow; answers the refusal, if it was refused. */
  Decision.@Nullable Refused apply(
      String workflowId,
      CompiledDefinition definition,
      PackedWorkflow workflow,
      Input input,
      Cause cause) {
    long nowMs = task.context().currentSystemTimeMs();
    long firstSequence = workflow.nextSequence();
    StoredResults results = new StoredResults(store, task.metrics(), nowMs);
    Situation situation =
        new Situation(
            workflowId,
            definition,
            workflow,
            new StoredPayloads(store, workflowId, workflow),
            results,
            new MigrationTargets(task.definitions(), task.queues()),
            nowMs);
    Decision decision = Decider.decide(situation, input);
    return switch (decision) {
      case Decision.Refused refused -> refused;
      case Decision.Accepted accepted -> {
        Run run = new Run(situation, workflow, results, cause);
        run.carryOut(accepted);
        run.publish(firstSequence);
        run.store(input);
        yield null;
      }
    };
  }

  /** One accepted decision being carried out. */
  private final class Run {
    private Situation situation;
    private final String workflowId;
    private final CompiledDefinition firstDefinition;
    private final PackedWorkflow workflow;
    private final StoredResults results;
    private final Cause cause;
    private final long nowMs;
    private final Headers headers;
    private final List<Event> events = new ArrayList<>();
    private long timerMs;

    Run(Situation situation, PackedWorkflow workflow, StoredResults results, Cause cause) {
      this.situation = situation;
      this.workflowId = situation.workflowId();
      this.firstDefinition = situation.definition();
      this.workflow = workflow;
      this.results = results;
      this.cause = cause;
      this.nowMs = situation.nowMs();
      this.headers = TraceContext.of(cause.headers());
      this.timerMs = workflow.armedTimerMs();
    }

    void carryOut(Decision.Accepted accepted) {
      events.addAll(accepted.events());
      for (Event event : accepted.events()) {
        if (event instanceof WorkflowMigrated migrated) {
          situation = situation.with(migrated.target());
        }
      }
      store.putSpilled(workflowId, workflow);
      for (Effect effect : accepted.effects()) {
        switch (effect) {
          case ArmTimer timer -> timerMs = earlier(timerMs, timer.dueMs());
          case CacheResult result -> results.keep(result);
          case StartWorkflow start ->
              forward(
                  start.workflowId(),
                  topics().starts(),
                  task.messages().start(start, workflow.tenant(), workflow.priority()));
          case CancelWorkflow cancel ->
              forward(
                  cancel.workflowId(),
                  topics().controls(),
                  task.messages().cancellation(cancel, workflowId));
          case TellParent tell ->
              forward(
                  tell.parent().workflowId(),
                  topics().completions(),
                  task.messages().end(tell.parent(), tell.output(), tell.failure()));
          case DispatchStep dispatch -> {
            if (isOpen(dispatch)) { // an oversize command may have failed the workflow
              dispatch(dispatch);
            }
          }
        }
      }
    }

    private boolean isOpen(DispatchStep dispatch) {
      return !workflow.status().hasEnded()
          && workflow.stepStatus(dispatch.step()) == StepStatus.OPEN
          && workflow.attempt(dispatch.step()) == dispatch.attempt();
    }

    private void dispatch(DispatchStep dispatch) {
      CompiledDefinition definition = situation.definition();
      byte[] command =
          task.encoder()
              .command(
                  workflowId,
                  definition,
                  workflow,
                  dispatch,
                  slot -> store.payload(workflowId, workflow, slot));
      String step = definition.step(dispatch.step()).id();
      if (command.length > Limits.COMMAND_BYTES) {
        Failure tooLarge = commandTooLarge(command.length);
        Input report = new AttemptReported(step, dispatch.attempt(), null, tooLarge);
        if (Decider.decide(situation, report) instanceof Decision.Accepted failed) {
          carryOut(failed);
        }
      } else {
        String topic = task.settings().topics().commands(definition.step(dispatch.step()).queue());
        forward(workflowId + '/' + step, topic, command);
      }
    }

    void publish(long firstSequence) {
      if (!events.isEmpty()) {
        byte[] record =
            task.encoder()
                .events(
                    firstDefinition,
                    events,
                    firstSequence,
                    nowMs,
                    cause.source(),
                    cause.offset(),
                    cause.origin());
        forward(workflowId, task.settings().topics().events(), record);
      }
    }

    void store(Input input) {
      if (cause.source() != null && cause.isWhole()) {
        workflow.setAppliedOffset(cause.source(), cause.offset());
      }
      if (input instanceof ControlRequested control) {
        settle(control);
      }
      if (workflow.status().hasEnded()) {
        // A timer that is armed for an earlier time may stay: it will find the workflow ended.
        timerMs =
            earlier(
                workflow.armedTimerMs(),
                workflow.endedAtMs() + task.settings().retention().toMillis());
      } else if (input instanceof TimerFired) {
        timerMs = workflow.earliestDeadlineMs();
      }
      store.save(workflowId, workflow, timerMs);
    }

    private Topics topics() {
      return task.settings().topics();
    }

    /** Counts a control that was refused, and remembers the id of one that was not. */
    private void settle(ControlRequested control) {
      boolean isRefused = false;
      for (Event event : events) {
        if (event instanceof ControlRefused refused) {
          isRefused = true;
          task.metrics().refused(refused.code());
        }
      }
      if (!isRefused && !control.id().isEmpty()) {
        workflow.rememberControl(control.id());
      }
    }

    private void forward(String key, String topic, byte[] value) {
      task.context()
          .forward(new Record<>(key.getBytes(UTF_8), new Outgoing(topic, value), nowMs, headers));
    }
  }

  private static long earlier(long oneMs, long otherMs) {
    return oneMs == WorkflowView.NO_DEADLINE ? otherMs : Math.min(oneMs, otherMs);
  }

  private static Failure commandTooLarge(int bytes) {
    return new Failure(
        Failure.COMMAND_TOO_LARGE,
        "command of %d bytes with the workflow's input and the outputs of all dependencies, at most"
                .formatted(bytes)
            + " %d are allowed; return references to large outputs".formatted(Limits.COMMAND_BYTES),
        false);
  }
}
