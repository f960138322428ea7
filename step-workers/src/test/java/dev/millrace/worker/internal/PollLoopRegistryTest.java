package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.worker.Commands;
import dev.millrace.worker.InMemoryRegistry;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** What a worker does about commands of a schema that the registry cannot give now. */
final class PollLoopRegistryTest extends PollLoopCase {
  @Test
  void waitsForTheRegistryAndNeitherLosesNorBuriesTheCommand() throws Exception {
    Outage registry = new Outage();
    Set<String> ran = ConcurrentHashMap.newKeySet();
    StepHandler note =
        context -> {
          ran.add(context.workflowId());
          return StepResult.succeeded();
        };
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", note), registry)) {
      kafka.start(0, 1);
      byte[] ofUnknownSchema = registry.encodeWithNewSchema(Commands.command("new", "work"));
      kafka.onPollThread(() -> kafka.addRecord(0, "new", ofUnknownSchema, new RecordHeaders()));
      kafka.add(1, commands("work", 1));
      await().until(() -> registry.asked.get() > 0);
      await().until(() -> ran.contains("w0"));
      assertThat(ran).containsExactly("w0");

      registry.over = true;
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 1);
    }
  }

  @Test
  void registryThatDoesNotAnswerHoldsUpOneLookUpAndNotOneOfEachPartition() throws Exception {
    Outage registry = new Outage();
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE), registry)) {
      kafka.start(0, 1, 2, 3, 4);
      byte[] ofUnknownSchema = registry.encodeWithNewSchema(Commands.command("new", "work"));
      byte[] known = kafka.encode(Commands.command("w", "work"));
      kafka.onPollThread(
          () -> {
            for (int partition = 0; partition < 4; partition++) {
              kafka.addRecord(partition, "new", ofUnknownSchema, new RecordHeaders());
            }
            kafka.addRecord(4, "w", known, new RecordHeaders());
          });
      kafka.awaitSent(1);
      assertThat(registry.asked.get()).isBetween(1, 3);
    }
  }

  @Test
  void workerThatIsToStopStartsNothingMore() throws Exception {
    AtomicReference<FakeKafka> broker = new AtomicReference<>();
    AtomicInteger ran = new AtomicInteger();
    Outage registry =
        new Outage() {
          @Override
          public Schema schemaById(int id) {
            broker.get().runtime.requestStop(Duration.ZERO);
            return super.schemaById(id);
          }
        };
    StepHandler count =
        context -> {
          ran.incrementAndGet();
          return StepResult.succeeded();
        };
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", count), registry)) {
      broker.set(kafka);
      kafka.start(0, 1);
      byte[] ofUnknownSchema = registry.encodeWithNewSchema(Commands.command("new", "work"));
      byte[] known = kafka.encode(Commands.command("w", "work"));
      kafka.onPollThread(
          () -> {
            kafka.addRecord(0, "new", ofUnknownSchema, new RecordHeaders());
            kafka.addRecord(1, "w", known, new RecordHeaders());
          });
      kafka.runtime.awaitStop();
      assertThat(ran).hasValue(0);
    }
  }

  /** A registry that knows a second schema of commands, and cannot be asked for it at first. */
  private static class Outage implements SchemaRegistry {
    private static final int NEW_ID = 100;

    private final InMemoryRegistry known = new InMemoryRegistry();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean over;

    @Override
    public int register(String subject, Schema schema) {
      return known.register(subject, schema);
    }

    @Override
    public Schema schemaById(int id) {
      asked.incrementAndGet();
      if (!over) {
        throw new RegistryUnavailableException("registry is down", null);
      }
      return id == NEW_ID ? StepCommand.getClassSchema() : known.schemaById(id);
    }

    byte[] encodeWithNewSchema(StepCommand command) {
      byte[] framed = new AvroCodec<>(StepCommand.class, FakeKafka.COMMANDS, known).encode(command);
      framed[4] = NEW_ID;
      return framed;
    }
  }
}
