package dev.millrace.orchestrator.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.app.EngineMain;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.schedule.Slots;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.testing.JvmProcess;
import dev.millrace.worker.Worker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules with a slot each second, while engines are killed and partitions move. */
@Tag("slow")
class ScheduleKillTest {
  private static final String QUEUE = "work";
  private static final int KILLS = 3;

  /** Enough for each of the four partitions to have some. */
  private static final List<String> SCHEDULES =
      IntStream.range(0, 8).mapToObj(i -> "schedule-" + i).toList();

  @TempDir Path folder;

  @Test
  void everySlotHasOneWorkflowThoughEnginesAreKilledAndPartitionsMove() throws Exception {
    try (Installation installation = new Installation(QUEUE);
        Worker worker = installation.echoWorker(QUEUE);
        EventLog log = new EventLog(installation)) {
      worker.start();
      installation.register(Workflows.chain(QUEUE, 1));
      Path config = installation.engineConfig(folder, settings());
      try (Engine survivor =
          installation.startEngine(
              folder.resolve("survivor"), new DefaultKafkaClientSupplier(), settings())) {
        for (int i = 0; i < SCHEDULES.size(); i++) {
          String overlap = i % 2 == 0 ? "ALLOW" : "QUEUE";
          send(
              installation,
              SCHEDULES.get(i),
              "{\"action\":\"SET\",\"schedule\":{\"definition\":\"chain\",\"intervalMs\":1000,\"overlap\":\"%s\"}}"
                  .formatted(overlap));
        }
        for (int kill = 0; kill < KILLS; kill++) {
          try (JvmProcess engine =
              JvmProcess.start(EngineMain.class, List.of("--config", config.toString()))) {
            engine.awaitLine("ready");
            log.pollUntilEnded(log.ended() + 3 * SCHEDULES.size());
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1_000_000_000L));
            engine.kill();
          }
        }
        log.pollUntilEnded(log.ended() + 3 * SCHEDULES.size());
        for (String schedule : SCHEDULES) {
          send(installation, schedule, "{\"action\": \"PAUSE\"}");
        }
        installation.awaitQuiet(QUEUE);
        assertThat(survivor.hasFailed()).isFalse();
      }
      log.pollToEnd();
      SCHEDULES.forEach(schedule -> assertOneWorkflowASlot(log, schedule));
    }
  }

  private static void assertOneWorkflowASlot(EventLog log, String schedule) {
    EventHistory history = log.histories().get(schedule);
    assertThat(history).as(schedule).isNotNull();
    Map<Long, Integer> startsBySlot = new TreeMap<>();
    for (EventHistory.Entry entry : history.entries()) {
      if (entry.event().getType() == EventType.SLOT_STARTED) {
        long slotMs = Slots.parse(entry.event().getStep()).orElseThrow();
        startsBySlot.merge(slotMs, 1, Integer::sum);
        assertThat(types(log, Slots.workflowId(schedule, slotMs)))
            .as("%s of %s", entry.event().getStep(), schedule)
            .containsExactly(
                EventType.WORKFLOW_STARTED,
                EventType.STEP_DISPATCHED,
                EventType.STEP_SUCCEEDED,
                EventType.WORKFLOW_SUCCEEDED);
      }
    }
    assertThat(startsBySlot.values()).as(schedule).containsOnly(1);
    List<Long> slots = List.copyOf(startsBySlot.keySet());
    assertThat(slots.getLast() - slots.getFirst())
        .as("no slot of %s is left out", schedule)
        .isEqualTo((slots.size() - 1) * 1_000L);
    long workflows =
        log.histories().keySet().stream().filter(id -> id.startsWith(schedule + "@")).count();
    assertThat(workflows).as("workflows of %s", schedule).isEqualTo(slots.size());
  }

  private static List<EventType> types(EventLog log, String workflowId) {
    EventHistory history = log.histories().get(workflowId);
    assertThat(history).as(workflowId).isNotNull();
    return history.entries().stream().map(entry -> entry.event().getType()).toList();
  }

  private static void send(Installation installation, String schedule, String json) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            installation.topics.schedules(), schedule.getBytes(UTF_8), json.getBytes(UTF_8));
    record.headers().add(HeaderNames.CONTENT_TYPE, "application/json".getBytes(UTF_8));
    installation.send(record);
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(Installation.DYING);
    settings.put(EngineConfig.COMMIT_INTERVAL_MS, "500");
    return settings;
  }
}
