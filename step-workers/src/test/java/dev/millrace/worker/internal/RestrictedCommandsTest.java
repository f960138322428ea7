package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.testing.Patience;
import dev.millrace.worker.Commands;
import dev.millrace.worker.InMemoryRegistry;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.spi.PayloadCodec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RestrictedCommandsTest {
  private static final int SLOTS = 8;

  private final Gate gate = new Gate();
  private final Queue<String> ran = new ConcurrentLinkedQueue<>();

  private FakeKafka kafka(
      Map<String, Integer> slotsOfTypes, boolean inKeyOrder, Duration drainTimeout) {
    StepHandler wait =
        context -> {
          StepResult result = gate.handle(context);
          ran.add(context.workflowId() + ' ' + context.step());
          return result;
        };
    StepHandler note =
        context -> {
          ran.add(context.workflowId() + ' ' + context.step());
          return StepResult.succeeded();
        };
    Map<String, StepHandler> handlers = Map.of("wait", wait, "work", note);
    return new FakeKafka(
        SLOTS,
        slotsOfTypes,
        inKeyOrder,
        drainTimeout,
        handlers,
        new InMemoryRegistry(),
        PayloadCodec.NONE);
  }

  private static List<StepCommand> commands(String workflow, String type, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              StepCommand command = Commands.command(workflow, type);
              command.setStep("s" + i);
              return command;
            })
        .toList();
  }

  @Test
  void commandsOfOneKeyRunInTheirOrderAndOthersAtOnce() throws Exception {
    try (FakeKafka kafka = kafka(Map.of(), true, Patience.LIMIT)) {
      kafka.start(0);
      kafka.add(0, commands("one", "wait", 3));
      kafka.add(0, commands("two", "work", 2));
      kafka.awaitSent(2);
      assertThat(gate.begun()).isEqualTo(1);

      gate.letGo(3);
      kafka.acknowledgeUntilCommitted(0, 5);
      assertThat(ran).containsSubsequence("one s0", "one s1", "one s2");
      assertThat(ran).containsSubsequence("two s0", "two s1");
    }
  }

  @Test
  void aStepTypeWithAllItsSlotsTakenHoldsBackNoOther() throws Exception {
    try (FakeKafka kafka = kafka(Map.of("wait", 2), false, Patience.LIMIT)) {
      kafka.start(0);
      kafka.add(0, commands("slow", "wait", 5 * SLOTS));
      kafka.add(0, commands("quick", "work", 10));
      kafka.awaitSent(10);
      assertThat(gate.begun()).isEqualTo(2);

      gate.letGo(5 * SLOTS);
      kafka.acknowledgeUntilCommitted(0, 5 * SLOTS + 10);
    }
  }

  @Test
  void whatWaitsForItsKeyIsLeftToTheNextOwnerOfThePartition() throws Exception {
    try (FakeKafka kafka = kafka(Map.of(), true, Duration.ofMillis(20))) {
      kafka.start(0, 1);
      kafka.add(0, commands("one", "wait", 3));
      kafka.add(0, commands("two", "work", 1));
      kafka.awaitSent(1);
      kafka.onPollThread(() -> kafka.assign(1));
      gate.letGo(3);
      kafka.awaitSent(2);
      kafka.add(1, commands("two", "work", 1));
      kafka.acknowledgeUntilCommitted(1, 1);

      assertThat(ran).containsExactly("two s0", "one s0", "two s0");
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);
    }
  }

  @Test
  void aCalmRebalanceRunsWhatWaitsSoThatNothingBehindItRunsTwice() throws Exception {
    try (FakeKafka kafka = kafka(Map.of(), true, Patience.LIMIT)) {
      kafka.start(0, 1);
      kafka.add(0, commands("one", "wait", 3));
      kafka.add(0, commands("two", "work", 1));
      kafka.awaitSent(1);
      kafka.onPollThread(
          () -> {
            gate.letGo(3);
            Thread.ofPlatform().start(() -> kafka.acknowledgeUntilCommitted(0, 4));
            kafka.assign(1);
          });

      assertThat(ran).containsExactly("two s0", "one s0", "one s1", "one s2");
      assertThat(kafka.committed(0)).isEqualTo(4);
    }
  }

  @Test
  void closeRunsWhatWaitsWhileThereIsTime() throws Exception {
    try (FakeKafka kafka = kafka(Map.of("wait", 1), true, Patience.LIMIT)) {
      kafka.start(0);
      kafka.add(0, commands("one", "wait", 3));
      kafka.add(0, commands("two", "wait", 3));
      gate.awaitBegun(1);
      kafka.onPollThread(() -> kafka.runtime.requestStop(Patience.LIMIT));
      gate.letGo(6);
      kafka.awaitSent(6);
      kafka.acknowledge();
      kafka.runtime.awaitStop();

      assertThat(kafka.committed(0)).isEqualTo(6);
    }
  }

  @Test
  void closeRunsNothingThatStillWaitsWhenItsTimeIsOver() throws Exception {
    try (FakeKafka kafka = kafka(Map.of("wait", 1), true, Patience.LIMIT)) {
      kafka.start(0);
      kafka.add(0, commands("one", "wait", 3));
      kafka.add(0, commands("two", "wait", 3));
      gate.awaitBegun(1);
      kafka.runtime.requestStop(Duration.ofMillis(20));
      kafka.runtime.awaitStop();
      gate.letGo(6);
      await().until(() -> !ran.isEmpty());

      assertThat(ran).containsExactly("one s0");
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);
    }
  }
}
