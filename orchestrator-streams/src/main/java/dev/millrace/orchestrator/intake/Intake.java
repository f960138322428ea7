package dev.millrace.orchestrator.intake;

import dev.millrace.orchestrator.flow.OpenWorkflows;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The intake of an engine: its valve and the figures that this follows. Thread-safe. */
public final class Intake implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  private final OpenWorkflows workflows;
  private final StateFolder folder;
  private final RestoreProgress restoring = new RestoreProgress(Intake::elapsedMs);
  private final IntakeValve valve;

  /**
   * An intake, not started: only what is open counts until it is.
   *
   * @param workflows where they are counted
   * @param stateFolder may be made later
   */
  public Intake(
      IntakeSettings settings, OpenWorkflows workflows, Path stateFolder, InstantSource clock) {
    this.workflows = workflows;
    this.folder = new StateFolder(stateFolder, Intake::elapsedMs);
    this.valve =
        new IntakeValve(
            settings,
            workflows::count,
            folder::bytes,
            folder::freeThousandths,
            restoring::records,
            clock);
  }

  /** Clients whose main consumers leave a topic's records where they are while it is closed. */
  public KafkaClientSupplier over(KafkaClientSupplier clients, String startsTopic) {
    return new IntakeClients(clients, valve, startsTopic);
  }

  /** Is to be told what is restored. */
  public StateRestoreListener restoring() {
    return restoring;
  }

  /** Whether starts wait in Kafka. */
  public boolean isClosed() {
    return valve.wasClosed();
  }

  /** Why starts wait in Kafka; empty when they are taken. */
  public List<Closure> closures() {
    return valve.closures();
  }

  /** Adds its meters. */
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("millrace.workflows.open", workflows, OpenWorkflows::count)
        .description("Workflows of this engine that have begun and not ended.")
        .register(registry);
    Gauge.builder("millrace.state.size", folder, each -> known(each.bytes()))
        .description("Size of this engine's state on disk.")
        .baseUnit("bytes")
        .register(registry);
    for (IntakeReason reason : IntakeReason.values()) {
      Gauge.builder("millrace.intake.closed", valve, each -> each.isClosedFor(reason) ? 1 : 0)
          .description("Whether starts wait in Kafka for a reason: 1 or 0.")
          .tag("reason", reason.code())
          .register(registry);
    }
  }

  /** Goes on evenly when the time of day is set. */
  private static long elapsedMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private static double known(long figure) {
    return figure == IntakeValve.UNKNOWN ? Double.NaN : figure;
  }

  /**
   * Begins to look at the disk.
   *
   * @param isObeyed whether consumers come from {@link #over}
   */
  public void start(boolean isObeyed) {
    if (!isObeyed) {
      LOG.warn(
          "with group.protocol=streams no start waits in Kafka, whatever intake.* says; use classic"
              + " for that");
    }
    folder.start();
  }

  /** Stops looking. */
  @Override
  public void close() {
    folder.close();
  }
}
