package dev.millrace.worker.testing;

import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.worker.UnreadablePayloadException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;

/** Assertions on a workflow; each message ends with the events of the workflow. One thread. */
public final class WorkflowAssert extends AbstractAssert<WorkflowAssert, TestWorkflow> {
  private WorkflowAssert(TestWorkflow actual) {
    super(actual, WorkflowAssert.class);
  }

  /** Assertions on a workflow. */
  public static WorkflowAssert assertThat(TestWorkflow workflow) {
    return new WorkflowAssert(workflow);
  }

  /** That it has succeeded. */
  public WorkflowAssert succeeded() {
    return hasState(WorkflowState.SUCCEEDED);
  }

  /** That it has failed, with this type of failure. */
  public WorkflowAssert failedWith(String type) {
    hasState(WorkflowState.FAILED);
    return expect("type of its failure", type, actual.failure().map(Failure::getType));
  }

  /** That it is in a state. */
  public WorkflowAssert hasState(WorkflowState expected) {
    return expect("its state", expected, Optional.of(actual.state()));
  }

  /** That it has returned a value, read as that value's class. */
  public WorkflowAssert returned(Object expected) {
    try {
      return expect("its output", expected, Optional.of(actual.output(expected.getClass())));
    } catch (UnreadablePayloadException e) {
      throw failure("%s", e.getMessage() + "\n" + actual.log());
    }
  }

  /** That a step is in a state. */
  public WorkflowAssert hasStep(String step, StepState expected) {
    return expect("state of step '" + step + "'", expected, Optional.of(actual.step(step)));
  }

  /** That a step has returned a value, read as that value's class. */
  public WorkflowAssert stepReturned(String step, Object expected) {
    try {
      return expect(
          "output of step '" + step + "'",
          expected,
          Optional.of(actual.output(step, expected.getClass())));
    } catch (UnreadablePayloadException e) {
      throw failure("%s", e.getMessage() + "\n" + actual.log());
    }
  }

  /** That so many attempts of a step were dispatched, those of all branches together. */
  public WorkflowAssert hasAttempts(String step, int expected) {
    return expect("attempts of step '" + step + "'", expected, Optional.of(actual.attempts(step)));
  }

  /** That the handler of a step was called so often. */
  public WorkflowAssert hasHandlerCalls(String step, int expected) {
    return expect(
        "calls of the handler of step '" + step + "'",
        expected,
        Optional.of(actual.handlerCalls(step)));
  }

  /** That exactly these steps have succeeded, in this order. */
  public WorkflowAssert completed(String... steps) {
    return expect(
        "steps that succeeded, in their order",
        List.of(steps),
        Optional.of(actual.completedSteps()));
  }

  /** That these events are among its own, in this order, with any others between them. */
  public WorkflowAssert hasEvents(EventType... types) {
    List<EventType> events =
        actual.events().stream().map(entry -> entry.event().getType()).toList();
    int from = 0;
    for (EventType type : types) {
      int found = events.subList(from, events.size()).indexOf(type);
      if (found < 0) {
        throw failure(
            "%s: no %s behind event %d, in the order %s\n%s",
            actual, type, from, List.of(types), actual.log());
      }
      from += found + 1;
    }
    return this;
  }

  /** That it took exactly that long by the engine's clock. */
  public WorkflowAssert took(Duration expected) {
    return expect("how long it took", expected, Optional.of(actual.duration()));
  }

  /** That it took that long by the engine's clock, both ends included. */
  public WorkflowAssert tookBetween(Duration least, Duration most) {
    Duration duration = actual.duration();
    if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
      throw failure(
          "%s: it took %s, expected %s to %s\n%s", actual, duration, least, most, actual.log());
    }
    return this;
  }

  private WorkflowAssert expect(String what, Object expected, Optional<?> found) {
    if (!Objects.equals(Optional.of(expected), found)) {
      throw failure(
          "%s: %s: expected %s, but was %s\n%s",
          actual, what, expected, found.map(Object::toString).orElse("nothing"), actual.log());
    }
    return this;
  }
}
