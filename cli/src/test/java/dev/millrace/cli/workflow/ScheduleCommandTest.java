package dev.millrace.cli.workflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.TestCluster;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.ScheduleSpec;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.testing.Patience;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleCommandTest {
  private static final String NIGHTLY =
      """
      {"scheduleId":"nightly 1","status":"ACTIVE","definition":"report","version":3,"cron":"0 3 * * *",
       "interval":"","timeZone":"Europe/Zurich","overlap":"QUEUE","catchUp":"PT24H","carry":true,
       "tenant":"","priority":5,"nextAt":"2026-11-22T02:00:00Z","running":["nightly 1@20261121T020000Z"],
       "waiting":[],"backfills":[{"from":"2026-11-01T00:00:00Z","to":"2026-11-08T00:00:00Z","overlap":"SKIP"}],
       "counts":{"started":5,"skipped":1,"missed":2,"succeeded":3,"failed":1}}""";

  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(1);

  private static final EventTopic EVENTS = new EventTopic(CLUSTER);

  private static FakeEngine engine;

  @BeforeAll
  static void startEngine() throws Exception {
    engine =
        new FakeEngine(
            path ->
                switch (path) {
                  case "/schedules/nightly%201" -> NIGHTLY;
                  case "/schedules?limit=100" ->
                      "{\"schedules\":[" + NIGHTLY + "],\"partial\":true}";
                  default -> "";
                });
  }

  @AfterAll
  static void stopEngine() {
    engine.close();
  }

  @Test
  void everyChangeIsOneRecordOfTheTopic() throws Exception {
    CliRun set =
        CLUSTER.run(
            "schedule",
            "set",
            "s",
            "report/3",
            "--cron",
            "0 3 * * MON-FRI",
            "--time-zone",
            "Europe/Zurich",
            "--overlap",
            "cancel-previous",
            "--catch-up",
            "PT1H",
            "--input",
            "{\"a\":1}",
            "--carry",
            "--paused",
            "--tenant",
            "t",
            "--priority",
            "9");
    assertThat(set.exitCode()).as(set.err()).isZero();
    assertThat(set.out())
        .isEqualTo("schedule s sent; 'millrace schedule show s' shows its effect%n".formatted());
    assertThat(CLUSTER.run("schedule", "set", "s", "report", "--every", "15m").exitCode()).isZero();
    assertThat(CLUSTER.run("schedule", "pause", "s", "--reason", "lunch").exitCode()).isZero();
    assertThat(CLUSTER.run("schedule", "resume", "s").exitCode()).isZero();
    assertThat(
            CLUSTER
                .run(
                    "schedule",
                    "backfill",
                    "s",
                    "--from",
                    "2026-11-01T00:00:00+01:00",
                    "--to",
                    "2026-11-08T00:00:00Z",
                    "--overlap",
                    "queue")
                .exitCode())
        .isZero();
    assertThat(CLUSTER.run("schedule", "delete", "s").exitCode()).isZero();

    List<ConsumerRecord<byte[], byte[]>> records = records(6, "s");
    assertThat(records.getLast().value()).isNull();
    AvroCodec<WorkflowSchedule> codec =
        CLUSTER.codec(WorkflowSchedule.class, CLUSTER.topics().schedules());
    List<WorkflowSchedule> changes = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records.subList(0, 5)) {
      changes.add(codec.decode(record.value()));
    }
    assertThat(changes)
        .extracting(WorkflowSchedule::getAction)
        .containsExactly(
            ScheduleAction.SET,
            ScheduleAction.SET,
            ScheduleAction.PAUSE,
            ScheduleAction.RESUME,
            ScheduleAction.BACKFILL);
    ScheduleSpec spec = changes.getFirst().getSchedule();
    assertThat(spec.getDefinition() + "/" + spec.getVersion()).isEqualTo("report/3");
    assertThat(spec.getCron()).isEqualTo("0 3 * * MON-FRI");
    assertThat(spec.getTimeZone()).isEqualTo("Europe/Zurich");
    assertThat(spec.getOverlap()).isEqualTo(OverlapPolicy.CANCEL_PREVIOUS);
    assertThat(spec.getCatchUpMs()).isEqualTo(3_600_000);
    assertThat(spec.getPaused() && spec.getCarry()).isTrue();
    assertThat(UTF_8.decode(spec.getInput().getData()).toString()).isEqualTo("{\"a\":1}");
    assertThat(changes.get(1).getSchedule())
        .isEqualTo(
            ScheduleSpec.newBuilder().setDefinition("report").setIntervalMs(900_000).build());
    assertThat(changes.get(2).getReason()).isEqualTo("lunch");
    WorkflowSchedule backfill = changes.getLast();
    assertThat(backfill.getFrom()).isEqualTo(Instant.parse("2026-10-31T23:00:00Z"));
    assertThat(backfill.getTo()).isEqualTo(Instant.parse("2026-11-08T00:00:00Z"));
    assertThat(backfill.getOverlap()).isEqualTo(OverlapPolicy.QUEUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set s report --cron @daily --overlap never|overlap 'never': must be skip, queue, allow or",
        "set s report/x --cron @daily|definition 'report/x': after the slash comes a version",
        "set s report --cron @daily --priority 10|priority 10: must be 0 to 9",
        "set s report --cron @daily --input {|input: not JSON",
        "set s report|neither of --cron and --every is given: give one of them",
        "set s report --cron @daily --every 15m|each of --cron and --every is given",
        "set s report --cron @never|--cron '@never': must be minute, hour",
        "set s report --cron 61_*_*_*_*|--cron: minute '61': allowed are 0 to 59",
        "set s report --cron 0_0_31_2_*|--cron '0 0 31 2 *' has no next time",
        "set s report --cron @daily --time-zone Mars|--time-zone: timeZone 'Mars' is not known; give one such as Europe/Zurich",
        "set s report --every 1500ms|--every 1500ms: must be whole seconds, 1s to 3650d",
        "set s report --every 3651d|'3651d' is too long: at most 3650d",
        "set s report --every often|'often' is no duration; write it with a unit, like 100ms, 30s",
        "set s report --cron @daily --catch-up 5s|--catch-up 5s: must be 10s to 3650d",
        "backfill s --from yesterday --to 2026-11-08T00:00:00Z|--from 'yesterday': must be a time",
        "pause ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss|schedule id of 240 bytes: must have 1 to 239",
        "list --limit 0|limit 0: must be 1 to 10000"
      })
  void whatIsUsedWronglyIsSaid(String example) {
    String[] parts = example.split("\\|", -1);
    CliRun run =
        CLUSTER.run(
            Stream.of(("schedule " + parts[0]).split(" ", -1))
                .map(word -> word.replace('_', ' '))
                .toArray(String[]::new));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(parts[1]);
  }

  @Test
  void waitingChangeShowsWhatTheEngineMadeOfIt() {
    CompletableFuture<CliRun> taken = inBackground("set", "w1", "report", "--every", "1h");
    EVENTS.send("w1", 0, EventSource.SCHEDULE, offset("w1"), EventType.SCHEDULE_SET);
    assertThat(taken.join().exitCode()).as(taken.join().err()).isZero();
    assertThat(taken.join().out()).contains("SCHEDULE_SET").hasLineCount(1);

    CompletableFuture<CliRun> refused = inBackground("pause", "w2");
    EVENTS.send("w2", 1, EventSource.SCHEDULE, offset("w2"), EventType.CONTROL_REFUSED);
    assertThat(refused.join().exitCode()).isEqualTo(4);
    assertThat(refused.join().out()).contains("CONTROL_REFUSED");
  }

  @Test
  void waitingChangeThatBecomesADeadLetterIsRefused() {
    CompletableFuture<CliRun> refused = inBackground("resume", "w3");
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(CLUSTER.topics().deadLetters(), "w3".getBytes(UTF_8), new byte[0]);
    letter
        .headers()
        .add(HeaderNames.ERROR_CODE, "unknown-schedule".getBytes(UTF_8))
        .add(HeaderNames.ERROR_MESSAGE, "no schedule 'w3' is known".getBytes(UTF_8))
        .add(HeaderNames.ERROR_TOPIC, CLUSTER.topics().schedules().getBytes(UTF_8))
        .add(HeaderNames.ERROR_OFFSET, Long.toString(offset("w3")).getBytes(UTF_8));
    try (RecordSender sender = new RecordSender(CLUSTER.connection())) {
      sender.send(letter);
    }

    assertThat(refused.join().exitCode()).isEqualTo(4);
    assertThat(refused.join().out())
        .containsPattern("dead letter 0:\\d+: unknown-schedule: no schedule 'w3' is known");
  }

  @Test
  void definitionThatIsNotRegisteredIsTold() throws Exception {
    RecordSender.send(
        CLUSTER.connection(), CLUSTER.topics().definitions(), "there/2", new byte[] {1});
    String[] every = {"--every", "1h"};

    for (String missing : List.of("absent", "there/1", "the")) {
      CliRun set = CLUSTER.run(set(missing, every));
      assertThat(set.exitCode()).as(set.err()).isZero();
      assertThat(set.err()).contains("definition '" + missing + "' is not registered");
    }
    for (String found : List.of("there", "there/2")) {
      assertThat(CLUSTER.run(set(found, every)).err()).isEmpty();
    }
  }

  @Test
  void waitingChangeThatNothingIsHeardOfFails() {
    CliRun run =
        CLUSTER.run("schedule", "resume", "w4", "--wait", "--wait-limit", "100ms", "--reason", "r");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("resume of w4: sent, and nothing was heard of it within 100ms");
  }

  @Test
  void showSaysWhereAScheduleStands() {
    CliRun run = atEngine("show", "nightly 1");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .contains(
            "definition  report/3",
            "when        0 3 * * * in Europe/Zurich",
            "catch-up    1d",
            "carry       yes",
            "next        2026-11-22T02:00:00Z",
            "running     nightly 1@20261121T020000Z",
            "back-fill   2026-11-01T00:00:00Z to 2026-11-08T00:00:00Z, SKIP",
            "slots       5 started, 3 succeeded, 1 failed, 1 skipped, 2 missed",
            "            'millrace events nightly 1' shows why slots failed")
        .noneMatch(line -> line.startsWith("tenant"));
    assertThat(atEngine("show", "nightly 1", "--json").out()).startsWith("{\"scheduleId\"");
    CliRun unknown = atEngine("show", "other");
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err()).contains("schedule 'other': the engine knows none of that id");
  }

  @Test
  void listHasALineForEachSchedule() {
    CliRun run = atEngine("list");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(2);
    assertThat(run.out()).contains("nightly 1", "ACTIVE", "report/3", "0 3 * * *", "2026-11-22T02");
    assertThat(run.err()).contains("the list is not complete");
    assertThat(atEngine("list", "--json").out()).startsWith("{\"schedules\"");
  }

  private static String[] set(String definition, String... more) {
    return Stream.concat(Stream.of("schedule", "set", "d", definition), Stream.of(more))
        .toArray(String[]::new);
  }

  private static CompletableFuture<CliRun> inBackground(String... change) {
    return CompletableFuture.supplyAsync(
        () ->
            CLUSTER.run(
                Stream.concat(
                        Stream.concat(Stream.of("schedule"), Stream.of(change)),
                        Stream.of("--wait"))
                    .toArray(String[]::new)));
  }

  private static long offset(String id) {
    return CLUSTER.found(WorkflowSchedule.class, CLUSTER.topics().schedules(), id).offset();
  }

  private static CliRun atEngine(String... arguments) {
    return CliRun.of(
        Stream.concat(
                Stream.concat(Stream.of("schedule"), Stream.of(arguments)),
                Stream.of("--http", engine.url()))
            .toArray(String[]::new));
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(int count, String key) {
    TopicPartition partition = new TopicPartition(CLUSTER.topics().schedules(), 0);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            CLUSTER.connection().kafka(Map.of()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (records.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (new String(record.key(), UTF_8).equals(key)) {
            records.add(record);
          }
        }
      }
    }
    assertThat(records).hasSize(count);
    return records;
  }
}
