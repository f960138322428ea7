package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.Commands;
import dev.millrace.worker.InMemoryRegistry;
import dev.millrace.worker.Profile;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.spi.PayloadCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class PollLoopTest extends PollLoopCase {
  @Test
  void commitsOnlyWhatTheBrokerHasTheCompletionOf() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0, 1);
      kafka.add(1, commands("work", 1));
      kafka.awaitSent(1);
      kafka.add(0, commands("work", 3));
      kafka.awaitSent(4);

      kafka.producer.completeNext();
      kafka.awaitCommitted(1, 1);
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);

      kafka.acknowledge();
      kafka.awaitCommitted(0, 3);
    }
  }

  @Test
  void stopsWithoutCommittingWhenACompletionIsLost() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      kafka.add(0, commands("work", 1));
      kafka.awaitSent(1);
      kafka.producer.errorNext(new TimeoutException("no broker for 5 minutes"));

      kafka.runtime.awaitStop();
      assertThat(kafka.runtime.failure()).get().isInstanceOf(TimeoutException.class);
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);
      assertThat(kafka.consumer.closed()).isTrue();
      assertThat(kafka.producer.closed()).isTrue();
    }
  }

  @Test
  void stopsWhenTheConsumerCannotGoOn() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      kafka.consumer.setPollException(new TopicAuthorizationException(Set.of("commands")));

      kafka.runtime.awaitStop();
      assertThat(kafka.runtime.failure()).get().isInstanceOf(TopicAuthorizationException.class);
    }
  }

  @Test
  void startsNoMoreThanItHasSlotsAndPausesMeanwhile() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("wait", gate))) {
      kafka.start(0, 1);
      kafka.add(0, commands("wait", 10));
      await().until(() -> kafka.consumer.paused().size() == 2);
      gate.awaitBegun(4);
      kafka.onPollThread(() -> assertThat(gate.begun()).isEqualTo(4));

      gate.letGo(1);
      gate.awaitBegun(5);
      gate.letGo(9);
      kafka.awaitSent(10);
      await().until(() -> kafka.consumer.paused().isEmpty());
    }
  }

  @Test
  void slowCommandHoldsNothingBackUntilTheRunAheadBound() throws Exception {
    int bound = Profile.SMALL.runAhead();
    Gate slow = new Gate();
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("slow", slow, "work", DONE))) {
      kafka.start(0, 1);
      kafka.add(0, commands("slow", 1));
      kafka.add(0, commands("work", bound + 50));
      kafka.add(1, commands("work", 1));
      kafka.awaitSent(bound);
      kafka.acknowledge();
      await().until(() -> kafka.consumer.paused().equals(Set.of(FakeKafka.partition(0))));
      kafka.awaitCommitted(1, 1);
      assertThat(kafka.producer.history()).hasSize(bound);
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);

      slow.letGo(1);
      kafka.acknowledgeUntilCommitted(0, bound + 51);
    }
  }

  @Test
  void finishesAndCommitsRunningCommandsBeforeItGivesAPartitionBack() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka = new FakeKafka(2, DRAIN, Map.of("wait", gate))) {
      kafka.start(0, 1);
      kafka.add(0, commands("wait", 5));
      gate.awaitBegun(2);
      kafka.onPollThread(
          () -> {
            // From here until the partition is given back the poll thread starts nothing.
            gate.letGo(2);
            Thread.ofPlatform().start(() -> kafka.acknowledgeUntilCommitted(0, 2));
            kafka.assign(1);
          });

      // The three that had not started are left to the partition's next owner.
      assertThat(kafka.committed(0)).isEqualTo(2);
      assertThat(kafka.producer.history()).hasSize(2);
    }
  }

  @Test
  void givesAPartitionBackWhenTheDrainTimeoutIsOver() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka = new FakeKafka(2, Duration.ofMillis(20), Map.of("wait", gate))) {
      kafka.start(0, 1);
      kafka.add(0, commands("wait", 1));
      gate.awaitBegun(1);
      kafka.onPollThread(() -> kafka.assign(1));
      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);

      // Its late completion is sent all the same; the engine drops what it does not wait for.
      gate.letGo(1);
      kafka.awaitSent(1);
      kafka.acknowledge();
      assertThat(kafka.runtime.failure()).isEmpty();
    }
  }

  @Test
  void closeFinishesSendsAndCommitsWhatIsRunning() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka = new FakeKafka(1, DRAIN, Map.of("wait", gate))) {
      kafka.start(0);
      kafka.add(0, commands("wait", 3));
      gate.awaitBegun(1);
      // Asked on the poll thread, so that no command of the backlog can start after it.
      kafka.onPollThread(() -> kafka.runtime.requestStop(DRAIN));
      gate.letGo(1);
      kafka.awaitSent(1);
      kafka.acknowledge();
      kafka.runtime.awaitStop();

      assertThat(kafka.committed(0)).isEqualTo(1);
      assertThat(kafka.producer.history()).hasSize(1);
      assertThat(kafka.runtime.failure()).isEmpty();
    }
  }

  @Test
  void closeAbandonsAHandlerThatNeedsLongerThanItsTime() throws Exception {
    Gate gate = new Gate();
    CountDownLatch returned = new CountDownLatch(1);
    StepHandler waiting =
        context -> {
          StepResult result = gate.handle(context);
          returned.countDown();
          return result;
        };
    try (FakeKafka kafka = new FakeKafka(1, DRAIN, Map.of("wait", waiting))) {
      kafka.start(0);
      kafka.add(0, commands("wait", 1));
      gate.awaitBegun(1);
      kafka.runtime.requestStop(Duration.ofMillis(20));
      kafka.runtime.awaitStop();
      gate.letGo(1);
      returned.await();

      assertThat(kafka.committed(0)).isLessThanOrEqualTo(0);
      assertThat(kafka.producer.history()).isEmpty();
      assertThat(kafka.runtime.failure()).isEmpty();
    }
  }

  @Test
  void traceContextOfACommandIsPassedOnUnlessItIsTooLong() throws Exception {
    try (FakeKafka kafka = new FakeKafka(1, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      byte[] command = kafka.encode(Commands.command("w", "work"));
      byte[] parent = new byte[55];
      kafka.onPollThread(
          () -> {
            kafka.addRecord(0, "w", command, trace(parent, new byte[8 * 1024]));
            kafka.addRecord(0, "w", command, trace(parent, new byte[8 * 1024 + 1]));
            kafka.addRecord(0, "w", command, trace(new byte[257], new byte[1]));
          });
      kafka.awaitSent(3);

      assertThat(kafka.producer.history())
          .map(each -> each.headers().toArray().length)
          .containsExactly(2, 1, 0);
    }
  }

  private static RecordHeaders trace(byte[] parent, byte[] state) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(HeaderNames.TRACEPARENT, parent);
    headers.add(HeaderNames.TRACESTATE, state);
    return headers;
  }

  @Test
  void readsNothingMoreWhileWhatWaitsForSlotsOfItsTypeTakesAllTheRoomThereIs() throws Exception {
    Gate gate = new Gate();
    try (FakeKafka kafka =
        new FakeKafka(
            64,
            Map.of("wait", 1),
            false,
            DRAIN,
            Map.of("wait", gate),
            new InMemoryRegistry(),
            PayloadCodec.NONE)) {
      kafka.start(0, 1);
      String large = '"' + "x".repeat(1_000_000) + '"';
      List<StepCommand> commands = new ArrayList<>();
      for (int i = 0; i < 18; i++) {
        commands.add(Commands.command("w" + i, "wait", Commands.payload("", large)));
      }
      kafka.add(0, commands);
      gate.awaitBegun(1);
      await().until(() -> kafka.consumer.paused().size() == 2);

      gate.letGo(18);
      kafka.awaitSent(18);
      await().until(() -> kafka.consumer.paused().isEmpty());
    }
  }
}
