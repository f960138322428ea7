package dev.millrace.orchestrator.faults;

import dev.millrace.orchestrator.app.EngineTest;
import dev.millrace.orchestrator.fixture.Brokers;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;

/** The tests on the embedded broker, once more on Kafka's own image. */
@EnabledIf(
    value = "dev.millrace.orchestrator.fixture.Brokers#dockerIsThere",
    disabledReason = Brokers.NO_DOCKER)
class ContainerTest {
  @Nested
  class FromStartToEnd extends EngineTest {
    @Override
    protected Brokers brokers() {
      return Brokers.CONTAINER;
    }
  }

  @Nested
  class KilledEngine extends EngineKillTest {
    @Override
    protected Brokers brokers() {
      return Brokers.CONTAINER;
    }
  }

  @Nested
  class KilledWorker extends WorkerKillTest {
    @Override
    protected Brokers brokers() {
      return Brokers.CONTAINER;
    }
  }
}
