package dev.millrace.orchestrator.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.flow.QueueReport;
import dev.millrace.orchestrator.flow.QueueWindows;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.HeldStore;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Breaker;
import dev.millrace.schemas.QueueSettings.Pause;
import dev.millrace.schemas.QueueSettings.Rate;
import dev.millrace.schemas.QueueTarget;
import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.internals.InMemoryKeyValueStore;
import org.junit.jupiter.api.Test;

/** Two tasks of one engine that share what an operator allows for a queue. */
class SharedLimitsTest {
  private static final String QUEUE = "queue";
  private static final String PAUSED_TYPE = "charge";
  private static final int TICK_MS = 20;

  private final FlowControl flow =
      new FlowControl(QueueWindows.of(Integer.MAX_VALUE), new QueueReport());
  private long nowMs;

  /** One task, in which steps wait. */
  private final class Task {
    private final HeldStore store = new WorkflowStore(new InMemoryKeyValueStore("steps")).held();
    private final QueueGate gate;
    private int sent;
    private int open;

    Task(int number) {
      flow.limits().join(number);
      gate = new QueueGate(QUEUE, store, flow, number, () -> nowMs);
    }

    void hold(int steps, String lane) {
      for (int i = 0; i < steps; i++) {
        HeldKey key = new HeldKey(lane, 5, "tenant", 1_000 + i, "w" + i, "a");
        if (key.isInLane()) {
          gate.lane(HeldKey.laneType(lane));
        }
        store.put(key.toBytes());
        gate.add(key, key.toBytes());
      }
    }

    /** All open attempts end. */
    void end() {
      gate.change("", -open, 0);
      open = 0;
    }

    /** As at a tick of the task; attempts stay open. */
    void tick() {
      gate.look();
      while (gate.mayRelease()) {
        Bytes key = gate.take();
        if (key == null) {
          return;
        }
        String type = HeldKey.laneType(HeldKey.of(key).queue());
        gate.change(type, 1, 0);
        gate.sent(type);
        sent++;
        open++;
      }
    }
  }

  private void set(String target, QueueSettings settings) {
    flow.limits().set(QueueTarget.ofKey(target), settings);
  }

  private void tick(int ticks, Task... tasks) {
    for (int i = 0; i < ticks; i++) {
      nowMs += TICK_MS;
      for (Task task : tasks) {
        task.tick();
      }
    }
  }

  @Test
  void taskWhoseStepsArePausedLeavesTheWholeRateToTheOthers() {
    flow.limits().setPartitions(2);
    Task busy = new Task(0);
    Task still = new Task(1);
    set(QUEUE, QueueSettings.NONE.withRate(new Rate(100, 20)));
    set(
        QUEUE + "/" + PAUSED_TYPE,
        QueueSettings.NONE.withPause(new Pause("ada", Instant.EPOCH, "")));
    still.hold(5, HeldKey.lane(QUEUE, PAUSED_TYPE));
    busy.hold(2_000, QUEUE);

    tick(500, busy, still);

    assertThat(busy.sent).isBetween(1_000, 1_020);
    assertThat(still.sent).isZero();
  }

  @Test
  void taskWhoseBreakerIsOpenLeavesTheWholeRateToTheOthers() {
    flow.limits().setPartitions(2);
    Task busy = new Task(0);
    Task broken = new Task(1);
    set(
        QUEUE,
        QueueSettings.NONE
            .withRate(new Rate(100, 20))
            .withBreaker(new Breaker(50, 10, 4, 3_600_000, 2)));
    tick(1, busy, broken);
    for (int i = 0; i < 4; i++) {
      broken.gate.judged("", true);
    }
    broken.hold(5, QUEUE);
    busy.hold(2_000, QUEUE);

    tick(500, busy, broken);

    assertThat(busy.sent).isBetween(1_000, 1_020);
    assertThat(broken.sent).isZero();
  }

  @Test
  void taskThatMayHaveNoMoreOpenLeavesTheWholeRateToTheOthers() {
    flow.limits().setPartitions(2);
    Task busy = new Task(0);
    Task full = new Task(1);
    set(QUEUE, QueueSettings.NONE.withRate(new Rate(100, 20)));
    set(QUEUE + "/" + PAUSED_TYPE, QueueSettings.NONE.withMostOpen(1));
    full.hold(5, HeldKey.lane(QUEUE, PAUSED_TYPE));
    busy.hold(2_000, QUEUE);

    tick(500, busy, full);

    assertThat(full.sent).isEqualTo(1);
    assertThat(busy.sent).isBetween(999, 1_019);
  }

  @Test
  void reasonIsForgottenWithTheLimitAndWithTheStepsThatWaited() {
    Task task = new Task(0);
    set(QUEUE, QueueSettings.NONE.withRate(new Rate(10, 1)));
    task.hold(3, QUEUE);
    tick(1, task);
    assertThat(task.gate.state(true).heldBy("")).isEqualTo(StepHeld.Reason.RATE);
    tick(50, task);
    assertThat(task.sent).isEqualTo(3);
    assertThat(task.gate.hindrance("", 5)).isNull();
    task.gate.sent("");
    assertThat(task.gate.hindrance("", 5)).isEqualTo(StepHeld.Reason.RATE);

    tick(1, task);

    assertThat(task.gate.state(true).limitedBy()).as("nothing waits").isEmpty();
    assertThat(task.gate.hindrance("", 5)).isEqualTo(StepHeld.Reason.RATE);
    set(QUEUE, QueueSettings.NONE.withMostOpen(100));
    task.hold(1, QUEUE);
    task.gate.look();
    assertThat(task.gate.state(true).limitedBy()).as("another limit").isEmpty();
  }

  @Test
  void tasksDoNotWaitForEachOtherWithHalfOfWhatAStepNeedsEach() {
    flow.limits().setPartitions(2);
    Task one = new Task(0);
    Task two = new Task(1);
    set(QUEUE, QueueSettings.NONE.withMostOpen(1).withRate(new Rate(10, 1)));
    one.hold(1_000, QUEUE);
    two.hold(1_000, QUEUE);
    for (int i = 0; i < 500; i++) {
      tick(1, one, two);
      one.end();
      two.end();
    }

    assertThat(one.sent + two.sent).isBetween(80, 101);
    assertThat(one.sent).isBetween(30, 70);
  }
}
