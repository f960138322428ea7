package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.Commands;
import dev.millrace.worker.StepResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class WorkerMetersTest {
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WorkerMeters meters = new WorkerMeters(registry, "mail", Set.of("send"));

  @Test
  void handlersAreTimedByTypeAndOutcome() {
    meters.ended(command("send"), StepResult.succeeded("ok"), NOON, NOON.plusMillis(30));
    meters.ended(command("send"), StepResult.failed("busy", ""), NOON, NOON.plusMillis(5));
    meters.ended(command("unheard-of"), StepResult.failed("busy", ""), NOON, NOON);

    assertThat(handlerTime("send", "succeeded")).isEqualTo(30);
    assertThat(handlerTime("send", "failed")).isEqualTo(5);
    assertThat(
            registry.get("millrace.worker.handler.time").tags("type", "other").timers().stream()
                .mapToLong(each -> each.count())
                .sum())
        .isEqualTo(1);
    assertThat(failures("busy")).isEqualTo(2);
  }

  @Test
  void waitIsFromTheWritingOfTheCommandAndNeverNegative() {
    meters.started(record(NOON.minusMillis(40).toEpochMilli()), command("send"), NOON);
    meters.started(record(NOON.plusSeconds(5).toEpochMilli()), command("send"), NOON);
    meters.started(record(ConsumerRecord.NO_TIMESTAMP), command("send"), NOON);

    var waits = registry.get("millrace.worker.queue.time").tags("type", "send").timer();
    assertThat(waits.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(40);
    assertThat(waits.count()).isEqualTo(2);
  }

  @Test
  void onlyBatchesHaveASize() {
    meters.started(record(0), command("send"), NOON);
    StepCommand batch = command("send");
    batch.setItems(List.of(item(), item(), item()));
    meters.started(record(0), batch, NOON);

    var sizes = registry.get("millrace.worker.batch.size").summary();
    assertThat(sizes.count()).isEqualTo(1);
    assertThat(sizes.totalAmount()).isEqualTo(3);
  }

  @Test
  void failureTypesBeyondTheCapAreOne() {
    for (int i = 0; i < 300; i++) {
      meters.ended(command("send"), StepResult.failed("type-" + i, ""), NOON, NOON);
    }
    assertThat(registry.find("millrace.worker.failures").counters())
        .hasSize(WorkerMeters.VALUES_MAX + 1);
    assertThat(failures("other")).isEqualTo(300 - WorkerMeters.VALUES_MAX);
  }

  @Test
  void slotsInUseFollowTheSlots() {
    Slots slots = new Slots(4);
    meters.bind(slots, 4);
    assertThat(slots.tryTake()).isTrue();
    assertThat(registry.get("millrace.worker.slots").gauge().value()).isEqualTo(4);
    assertThat(registry.get("millrace.worker.slots.used").gauge().value()).isEqualTo(1);
  }

  @Test
  void gaugesOfTheSlotsGoWithTheirWorkerAndComeBackWithTheNext() {
    meters.bind(new Slots(4), 4);
    meters.unbind();
    assertThat(registry.find("millrace.worker.slots").gauges()).isEmpty();
    assertThat(registry.find("millrace.worker.slots.used").gauges()).isEmpty();

    new WorkerMeters(registry, "mail", Set.of("send")).bind(new Slots(6), 6);
    assertThat(registry.get("millrace.worker.slots").gauge().value()).isEqualTo(6);
  }

  @Test
  void registryThatThrowsCostsFiguresAndNothingElse() {
    SimpleMeterRegistry refusing =
        new SimpleMeterRegistry() {
          @Override
          protected Counter newCounter(Meter.Id id) {
            return new CumulativeCounter(id) {
              @Override
              public void increment(double amount) {
                throw new IllegalStateException("no memory");
              }
            };
          }
        };
    WorkerMeters broken = new WorkerMeters(refusing, "mail", Set.of("send"));

    broken.heartbeat();
    broken.overdue();
    broken.deadLetter();
    broken.ended(command("send"), StepResult.failed("busy", ""), NOON, NOON);
    refusing
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public MeterFilterReply accept(Meter.Id id) {
                throw new IllegalStateException("no more meters");
              }
            });
    broken.ended(command("send"), StepResult.failed("another", ""), NOON, NOON);
  }

  private double handlerTime(String type, String outcome) {
    return registry
        .get("millrace.worker.handler.time")
        .tags("queue", "mail", "type", type, "outcome", outcome)
        .timer()
        .totalTime(TimeUnit.MILLISECONDS);
  }

  private double failures(String code) {
    return registry.get("millrace.worker.failures").tag("code", code).counter().count();
  }

  private static StepCommand command(String type) {
    return Commands.command("w", type);
  }

  private static Payload item() {
    return new Payload("", ByteBuffer.allocate(0));
  }

  private static ConsumerRecord<byte[], byte[]> record(long timestampMs) {
    return new ConsumerRecord<>(
        "topic",
        0,
        0,
        timestampMs,
        TimestampType.CREATE_TIME,
        0,
        0,
        new byte[0],
        new byte[0],
        new RecordHeaders(),
        Optional.empty());
  }
}
