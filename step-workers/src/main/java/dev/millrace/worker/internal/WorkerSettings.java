package dev.millrace.worker.internal;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.worker.Profile;
import dev.millrace.worker.Source;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.spi.PayloadCodec;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.Map;

/** What a worker was built with, checked. */
public record WorkerSettings(
    String name,
    String bootstrapServers,
    SchemaRegistry registry,
    Topics topics,
    String queue,
    Source source,
    Profile profile,
    int slots,
    Map<String, Integer> slotsOfTypes,
    boolean inKeyOrder,
    Duration drainTimeout,
    Map<String, StepHandler> handlers,
    PayloadCodec payloads,
    MeterRegistry meters,
    Map<String, String> clientSettings) {
  /** Meters that nobody asked for. */
  public static final MeterRegistry NO_METERS = new CompositeMeterRegistry();

  public WorkerSettings {
    slotsOfTypes = Map.copyOf(slotsOfTypes);
    handlers = Map.copyOf(handlers);
    clientSettings = Map.copyOf(clientSettings);
  }

  /** Whether somebody has asked for meters. */
  @SuppressWarnings("ReferenceEquality") // it is this one or another
  boolean isMetered() {
    return meters != NO_METERS;
  }

  /** The consumer group or share group of the workers of this queue; they cannot have one name. */
  public String group() {
    return switch (source) {
      case Source.ConsumerGroup consumers -> consumerGroup();
      case Source.ShareGroup members -> topics.workerShareGroup(queue);
    };
  }

  /** The consumer group of workers of this queue that are not in a share group. */
  String consumerGroup() {
    return topics.workerGroup(queue);
  }
}
