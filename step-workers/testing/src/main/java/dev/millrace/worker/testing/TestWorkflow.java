package dev.millrace.worker.testing;

import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.EventsJson;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A workflow in a {@link TestEngine}: what it is told, and what its event log says. What it is told
 * the engine takes at once; handlers run when the engine is told to run. One thread.
 */
public final class TestWorkflow {
  private static final String REQUESTED_BY = "test";

  private final String id;
  private final TestEngine engine;
  private final Simulation simulation;
  private final TestClient client;
  private final FaultPlan faults;

  TestWorkflow(
      String id, TestEngine engine, Simulation simulation, TestClient client, FaultPlan faults) {
    this.id = id;
    this.engine = engine;
    this.simulation = simulation;
    this.client = client;
    this.faults = faults;
  }

  /** Its id. */
  public String id() {
    return id;
  }

  /**
   * Runs until the workflow has ended, with as much time as that takes.
   *
   * @throws AssertionError when it does not end: nothing more happens by itself, since it waits for
   *     a signal, for instance; the message has its events
   */
  public TestWorkflow await() {
    engine.runUntil(() -> state().hasEnded(), () -> "workflow '%s' has not ended".formatted(id));
    return this;
  }

  /**
   * Runs until a step is in a state, with as much time as that takes.
   *
   * @throws AssertionError when it does not get there
   */
  public TestWorkflow awaitStep(String step, StepState wanted) {
    engine.runUntil(() -> step(step) == wanted || state().hasEnded(), () -> isNot(step, wanted));
    if (step(step) != wanted) {
      throw new AssertionError(isNot(step, wanted) + ", and the workflow has ended\n" + log());
    }
    return this;
  }

  private String isNot(String step, StepState wanted) {
    return "step '%s' of workflow '%s' is not %s, but %s".formatted(step, id, wanted, step(step));
  }

  /** Sends a signal without a payload. */
  public TestWorkflow signal(String name) {
    return signal(name, null);
  }

  /**
   * Sends a signal.
   *
   * @param payload anything that can be the output of a step
   */
  public TestWorkflow signal(String name, @Nullable Object payload) {
    return control(
        order(ControlAction.SIGNAL).setName(name).setPayload(client.payload(payload)).build());
  }

  /** Asks for its cancellation. */
  public TestWorkflow cancel(String reason) {
    return control(order(ControlAction.CANCEL).setReason(reason).build());
  }

  /** Starts nothing more until it is resumed. */
  public TestWorkflow pause() {
    return control(order(ControlAction.PAUSE).build());
  }

  /** Goes on after a pause. */
  public TestWorkflow resume() {
    return control(order(ControlAction.RESUME).build());
  }

  /** Takes a step that is not done as succeeded, with an output. */
  public TestWorkflow resolveStep(String step, @Nullable Object output) {
    return control(
        order(ControlAction.RESOLVE_STEP).setStep(step).setPayload(client.payload(output)).build());
  }

  /** Tells it anything else that the contract allows. */
  public TestWorkflow control(WorkflowControl control) {
    client.control(id, control);
    return this;
  }

  private static WorkflowControl.Builder order(ControlAction action) {
    return WorkflowControl.newBuilder().setAction(action).setRequestedBy(REQUESTED_BY);
  }

  /** How far it is. */
  public WorkflowState state() {
    return ofWorkflow().reversed().stream()
        .flatMap(event -> WorkflowState.after(event.getType()).stream())
        .findFirst()
        .orElse(WorkflowState.NOT_STARTED);
  }

  /** How far a step is, by its id. */
  public StepState step(String step) {
    StepState state = StepState.NOT_STARTED;
    for (WorkflowEvent event : ofWorkflow()) {
      if (event.getType() == EventType.STEPS_RESET && event.getSteps().contains(step)) {
        state = StepState.NOT_STARTED;
      } else if (event.getStep().equals(step)) {
        state = StepState.after(event.getType()).orElse(state);
      }
    }
    return state;
  }

  /**
   * What it has returned.
   *
   * @throws dev.millrace.worker.UnreadablePayloadException when it has returned nothing, or
   *     something else
   */
  public <T> T output(Class<T> type) {
    return client.read(
        "output of workflow '%s'".formatted(id),
        last(EventType.WORKFLOW_SUCCEEDED, "").map(WorkflowEvent::getPayload).orElse(null),
        type);
  }

  /**
   * What a step has returned.
   *
   * @throws dev.millrace.worker.UnreadablePayloadException when it has returned nothing, or
   *     something else
   */
  public <T> T output(String step, Class<T> type) {
    return client.read(
        "output of step '%s' of workflow '%s'".formatted(step, id),
        last(EventType.STEP_SUCCEEDED, step).map(WorkflowEvent::getPayload).orElse(null),
        type);
  }

  /** Why it did not succeed, once it has not. */
  public Optional<Failure> failure() {
    return ofWorkflow().stream()
        .filter(event -> EventHistory.endsWorkflow(event.getType()))
        .map(WorkflowEvent::getFailure)
        .filter(failure -> failure != null)
        .reduce((first, second) -> second);
  }

  /** Why the attempts of a step have failed, in their order, those of all branches together. */
  public List<Failure> failures(String step) {
    return events().stream()
        .map(EventHistory.Entry::event)
        .filter(event -> event.getStep().equals(step))
        .filter(
            event ->
                event.getType() == EventType.ATTEMPT_FAILED
                    || event.getType() == EventType.STEP_FAILED)
        .map(WorkflowEvent::getFailure)
        .filter(failure -> failure != null)
        .toList();
  }

  /** How many attempts of a step were dispatched, those of all branches together. */
  public int attempts(String step) {
    return (int)
        events().stream()
            .map(EventHistory.Entry::event)
            .filter(event -> event.getType() == EventType.STEP_DISPATCHED)
            .filter(event -> event.getStep().equals(step))
            .count();
  }

  /** How often the handler of a step was called: more often than attempts, if faults ask for it. */
  public int handlerCalls(String step) {
    return faults.calls(id, step);
  }

  /** The steps that have succeeded, in that order. */
  public List<String> completedSteps() {
    return ofWorkflow().stream()
        .filter(event -> event.getType() == EventType.STEP_SUCCEEDED)
        .map(WorkflowEvent::getStep)
        .toList();
  }

  /** Time of the engine's clock from its first event to its last. */
  public Duration duration() {
    List<EventHistory.Entry> events = events();
    return events.isEmpty()
        ? Duration.ZERO
        : Duration.between(events.getFirst().at(), events.getLast().at());
  }

  /** Its events, in the order of the log. */
  public List<EventHistory.Entry> events() {
    return simulation.histories().of(id);
  }

  private List<WorkflowEvent> ofWorkflow() {
    return events().stream()
        .filter(entry -> entry.scope().isEmpty())
        .map(EventHistory.Entry::event)
        .toList();
  }

  private Optional<WorkflowEvent> last(EventType type, String step) {
    return ofWorkflow().stream()
        .filter(event -> event.getType() == type && event.getStep().equals(step))
        .reduce((first, second) -> second);
  }

  /** Its events, one a line. */
  String log() {
    return events().stream()
        .map(entry -> EventsJson.line(id, entry) + "\n")
        .collect(Collectors.joining());
  }

  @Override
  public String toString() {
    return "workflow '%s' (%s)".formatted(id, state());
  }
}
