package dev.millrace.orchestrator.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.flow.OpenWorkflows;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IntakeValveTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  private final AtomicLong open = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong free = new AtomicLong(1_000);
  private final AtomicLong restoring = new AtomicLong();

  private IntakeValve valve(IntakeSettings settings) {
    return new IntakeValve(
        settings, open::get, bytes::get, free::get, restoring::get, InstantSource.fixed(NOON));
  }

  @Test
  void closesAtTheLimitAndOpensOnlyWhenThereIsRoomAgain() {
    IntakeValve valve = valve(new IntakeSettings(100, 0, 0, 0, 90));
    open.set(99);
    assertThat(valve.isClosed()).isFalse();

    open.set(100);
    assertThat(valve.isClosed()).isTrue();
    assertThat(valve.closures())
        .containsExactly(
            new Closure(IntakeReason.OPEN_WORKFLOWS, 100, 100, 90, NOON.toEpochMilli()));

    open.set(91);
    assertThat(valve.isClosed()).as("between the marks").isTrue();

    open.set(90);
    assertThat(valve.isClosed()).isFalse();
    assertThat(valve.closures()).isEmpty();

    open.set(99);
    assertThat(valve.isClosed()).as("between the marks").isFalse();
  }

  @Test
  void freeDiskClosesBelowItsLimitAndOpensAboveIt() {
    IntakeValve valve = valve(new IntakeSettings(0, 0, 5, 0, 80));
    free.set(50);
    assertThat(valve.isClosed()).isFalse();

    free.set(49);
    assertThat(valve.isClosed()).isTrue();
    free.set(62);
    assertThat(valve.isClosed()).as("5 % is 80 % of 6.25 %").isTrue();

    free.set(63);
    assertThat(valve.isClosed()).isFalse();
  }

  @Test
  void staysClosedWhileAnyReasonIsLeft() {
    IntakeValve valve = valve(new IntakeSettings(10, 1_000, 0, 500, 50));
    open.set(10);
    bytes.set(1_000);
    restoring.set(500);
    assertThat(valve.isClosed()).isTrue();
    assertThat(valve.closures())
        .extracting(Closure::reason)
        .containsExactly(
            IntakeReason.OPEN_WORKFLOWS, IntakeReason.STATE_SIZE, IntakeReason.RESTORE);

    open.set(0);
    restoring.set(0);
    assertThat(valve.isClosed()).isTrue();
    assertThat(valve.isClosedFor(IntakeReason.STATE_SIZE)).isTrue();
    assertThat(valve.isClosedFor(IntakeReason.OPEN_WORKFLOWS)).isFalse();

    bytes.set(500);
    assertThat(valve.isClosed()).isFalse();
  }

  @Test
  void figureThatIsNotKnownChangesNothing() {
    IntakeValve valve = valve(new IntakeSettings(0, 1_000, 5, 0, 90));
    bytes.set(IntakeValve.UNKNOWN);
    free.set(IntakeValve.UNKNOWN);
    assertThat(valve.isClosed()).isFalse();

    free.set(10);
    assertThat(valve.isClosed()).isTrue();
    free.set(IntakeValve.UNKNOWN);
    assertThat(valve.isClosed()).isTrue();
  }

  @Test
  void withoutLimitsItNeverCloses() {
    IntakeValve valve = valve(new IntakeSettings(0, 0, 0, 0, 90));
    open.set(Long.MAX_VALUE);
    bytes.set(Long.MAX_VALUE);
    restoring.set(Long.MAX_VALUE);
    free.set(0);

    assertThat(valve.isClosed()).isFalse();
  }

  @Test
  void marksThatWouldFlutterAreRefused() {
    assertThatThrownBy(() -> Watermarks.ceiling(10, 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("percentage 100: must be 1 to 99");
  }

  @Test
  void workflowsOfATaskThatIsGoneDoNotCountAndThoseOfItsSuccessorDo() {
    OpenWorkflows workflows = new OpenWorkflows();
    OpenWorkflows.OfTask former = workflows.ofTask(3);
    former.change(5);
    workflows.ofTask(4).change(2);
    OpenWorkflows.OfTask next = workflows.ofTask(3);
    next.change(7);
    workflows.remove(3, former);
    assertThat(workflows.count()).isEqualTo(9);

    next.change(-3);
    workflows.remove(3, next);
    assertThat(workflows.count()).isEqualTo(2);
  }
}
