package dev.millrace.orchestrator.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.ThreadMetadata;

/** How an engine is, as its Kafka Streams client says. */
public final class EngineHealth implements Health, MeterBinder {
  private static final String DEAD = "DEAD";

  private final KafkaStreams streams;
  private final CountDownLatch running;

  /**
   * The health of an engine.
   *
   * @param running has come to 0 when the engine ran for the first time
   */
  public EngineHealth(KafkaStreams streams, CountDownLatch running) {
    this.streams = streams;
    this.running = running;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("millrace.engine.ready", this, each -> each.isReady() ? 1 : 0)
        .description("Whether the engine works: 1 or 0.")
        .register(registry);
  }

  @Override
  public boolean isLive() {
    return switch (streams.state()) {
      case ERROR, PENDING_ERROR -> false;
      case RUNNING, REBALANCING -> !hasNoThread(streams.metadataForLocalThreads());
      case CREATED, PENDING_SHUTDOWN, NOT_RUNNING -> true;
    };
  }

  /** A thread that dies is replaced at once, or else the engine ends. */
  private static boolean hasNoThread(Set<ThreadMetadata> threads) {
    return threads.stream().allMatch(thread -> thread.threadState().equals(DEAD));
  }

  @Override
  public boolean hasStarted() {
    return running.getCount() == 0;
  }

  @Override
  public boolean isReady() {
    return streams.state() == State.RUNNING;
  }

  @Override
  public String state() {
    return streams.state().name();
  }
}
