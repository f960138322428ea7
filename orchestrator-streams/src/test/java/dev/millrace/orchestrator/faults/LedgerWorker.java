package dev.millrace.orchestrator.faults;

import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.testing.JvmProcess;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import dev.millrace.worker.WorkerBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * A worker whose handler has one effect for each command id, in a folder that is the ledger. As a
 * process, {@code BOOTSTRAP REGISTRY QUEUE LEDGER POINT}, it kills itself with SIGKILL at a point,
 * at the first command that gets there, after it has printed {@link #DIES}.
 */
public final class LedgerWorker {
  /** Where it dies. */
  enum Point {
    BEFORE_EFFECT,
    AFTER_EFFECT,
    /** The broker has the completion, and the offset is not committed. */
    BEFORE_COMMIT,
    NEVER
  }

  /** Printed before it dies, with the time in epoch milliseconds behind it. */
  static final String DIES = "dies ";

  static final String READY = "ready";

  /** So short that many can die in a test's time; the least that a broker takes. */
  static final int SESSION_TIMEOUT_MS = 6_000;

  private LedgerWorker() {}

  public static void main(String[] arguments) throws IOException {
    Point point = Point.valueOf(arguments[4]);
    WorkerBuilder builder =
        builder(arguments[0], arguments[1], arguments[2], Path.of(arguments[3]), point);
    if (point == Point.BEFORE_COMMIT) {
      builder.clientSetting("producer.interceptor.classes", DyingOnceAcknowledged.class.getName());
    }
    builder.build().start();
    System.out.println(READY);
    while (System.in.read() >= 0) {
      // What comes in does not matter, only that it ends.
    }
    Runtime.getRuntime().halt(0);
  }

  /** The same as a process. */
  static JvmProcess start(Installation installation, String queue, Path ledger, Point point)
      throws IOException {
    return JvmProcess.start(
        LedgerWorker.class,
        List.of(
            installation.bootstrapServers(),
            installation.registryUrl(),
            queue,
            ledger.toString(),
            point.name()));
  }

  /** A worker, not started, that has the same effects and does not die. */
  static Worker of(Installation installation, String queue, Path ledger) {
    return builder(
            installation.bootstrapServers(), installation.registryUrl(), queue, ledger, Point.NEVER)
        .build();
  }

  /** How many effects there were. */
  static long effects(Path ledger) throws IOException {
    try (Stream<Path> files = Files.list(ledger)) {
      return files.count();
    }
  }

  private static WorkerBuilder builder(
      String bootstrapServers, String registryUrl, String queue, Path ledger, Point point) {
    return Worker.builder()
        .bootstrapServers(bootstrapServers)
        .schemaRegistry(SchemaRegistries.connect(registryUrl, Map.of()))
        .queue(queue)
        .slots(4)
        .clientSetting("session.timeout.ms", Integer.toString(SESSION_TIMEOUT_MS))
        .clientSetting("heartbeat.interval.ms", "1000")
        .handler(
            "echo",
            context -> {
              dieAt(Point.BEFORE_EFFECT, point);
              apply(ledger, context);
              dieAt(Point.AFTER_EFFECT, point);
              return StepResult.succeeded(context.step());
            });
  }

  private static void apply(Path ledger, StepContext context) throws IOException {
    String key =
        Base64.getUrlEncoder().encodeToString(context.commandId().getBytes(StandardCharsets.UTF_8));
    try {
      Files.createFile(ledger.resolve(key));
    } catch (FileAlreadyExistsException e) {
      System.out.println("already applied: " + context.commandId());
    }
  }

  private static void dieAt(Point here, Point point) throws IOException {
    if (here == point) {
      die();
    }
  }

  /** One thread of it kills the process; the others get no further either. */
  @SuppressWarnings("SystemOut") // the test reads it
  private static synchronized void die() throws IOException {
    System.out.println(DIES + Instant.now().toEpochMilli());
    System.out.flush();
    new ProcessBuilder(List.of("kill", "-KILL", Long.toString(ProcessHandle.current().pid())))
        .start();
    while (true) {
      LockSupport.park();
    }
  }

  /** Dies as soon as the broker has acknowledged a completion. */
  public static final class DyingOnceAcknowledged implements ProducerInterceptor<byte[], byte[]> {
    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
      return record;
    }

    @Override
    public void onAcknowledgement(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
      if (failure == null) {
        try {
          die();
        } catch (IOException e) {
          throw new IllegalStateException("cannot kill itself", e);
        }
      }
    }

    @Override
    public void close() {}

    @Override
    public void configure(Map<String, ?> settings) {}
  }
}
