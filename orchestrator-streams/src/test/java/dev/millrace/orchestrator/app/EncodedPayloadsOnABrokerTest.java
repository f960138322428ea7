package dev.millrace.orchestrator.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.worker.Dependency;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import dev.millrace.worker.payload.AesGcm;
import dev.millrace.worker.payload.FileStore;
import dev.millrace.worker.payload.PayloadCodecs;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Payloads that are compressed, encrypted and kept in a store, from a start to the end. */
class EncodedPayloadsOnABrokerTest {
  private static final int BYTES = 3 * 1024 * 1024;
  private static final String SECRET = "canary-17";

  @TempDir private Path state;
  @TempDir private Path objects;

  /** Text that is not for everybody, and much that does not become small. */
  record Picture(String owner, String base64) {}

  @Test
  void handlersSeeThemAndNeitherTopicsNorStoreDo() throws Exception {
    PayloadCodecs codecs =
        PayloadCodecs.builder()
            .compressAbove(1_000)
            .encrypt(AesGcm.of("k1", Map.of("k1", new SecretKeySpec(new byte[32], "AES"))))
            .claimCheckAbove(100_000, FileStore.of("objects", objects))
            .build();
    try (Installation installation = new Installation("work");
        Engine engine = installation.startEngine(state);
        Worker worker =
            Worker.builder()
                .bootstrapServers(installation.bootstrapServers())
                .schemaRegistry(installation.registry)
                .topics(installation.topics)
                .queue("work")
                .payloads(codecs)
                .handler("echo", EncodedPayloadsOnABrokerTest::work)
                .build()) {
      installation.register(Workflows.diamond("work"));
      Payload input =
          codecs.encode(Payload.json("{\"owner\":\"%s\"}".formatted(SECRET).getBytes(UTF_8)));
      installation.send(
          installation.topics.starts(),
          "w",
          new AvroCodec<>(WorkflowStart.class, installation.topics.starts(), installation.registry)
              .encode(
                  WorkflowStart.newBuilder()
                      .setDefinition("diamond")
                      .setInput(
                          new dev.millrace.schemas.v1.Payload(
                              input.contentType(), ByteBuffer.wrap(input.data())))
                      .build()));
      worker.start();

      try (EventLog log = new EventLog(installation)) {
        log.pollUntilEnded(1);
        log.assertAllEndedOnce(Workflows.diamond("work"), WorkflowStatus.SUCCEEDED);
      }
      assertThat(engine.hasFailed()).isFalse();
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      records.addAll(installation.records(installation.topics.commands("work"), 4));
      records.addAll(installation.records(installation.topics.completions(), 4));
      assertThat(records)
          .allSatisfy(
              record -> {
                assertThat(record.value().length).isLessThan(2_000);
                assertThat(new String(record.value(), ISO_8859_1)).doesNotContain(SECRET);
              });
      try (Stream<Path> files = Files.walk(objects).filter(Files::isRegularFile)) {
        assertThat(files)
            .hasSize(3)
            .allSatisfy(
                file ->
                    assertThat(new String(Files.readAllBytes(file), ISO_8859_1))
                        .doesNotContain(SECRET));
      }
    }
  }

  private static StepResult work(StepContext context) {
    assertThat((Object) context.input(Map.class)).isEqualTo(Map.of("owner", SECRET));
    for (Dependency dependency : context.dependencies()) {
      Picture picture = context.dependency(dependency.step(), Picture.class);
      assertThat(picture.owner()).isEqualTo(SECRET);
      assertThat(picture.base64()).hasSize(BYTES / 3 * 4);
    }
    if (context.step().equals("join")) {
      return StepResult.succeeded(Map.of("owner", SECRET));
    }
    byte[] noise = new byte[BYTES];
    new Random(context.step().hashCode()).nextBytes(noise);
    return StepResult.succeeded(new Picture(SECRET, Base64.getEncoder().encodeToString(noise)));
  }
}
