package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.KillableBroker;
import dev.millrace.orchestrator.fixture.Load;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.testing.JvmProcess;
import dev.millrace.testing.Patience;
import dev.millrace.worker.Worker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers and brokers that are away for a minute and come back. */
@Tag("slow")
class WorkerOutageTest {
  private static final String QUEUE = "work";
  private static final int IN_FLIGHT = 50;
  private static final Duration OUTAGE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void whatAWorkerDoesThatStoodStillForAMinuteChangesNothingAndItWorksAgain() throws Exception {
    Path ledger = Files.createDirectory(folder.resolve("ledger"));
    try (Installation installation = new Installation(QUEUE);
        Engine engine = installation.startEngine(folder.resolve("state"));
        Load load = new Load(installation, Workflows.chain(QUEUE, 5), IN_FLIGHT);
        JvmProcess still =
            LedgerWorker.start(installation, QUEUE, ledger, LedgerWorker.Point.NEVER)) {
      still.awaitLine(LedgerWorker.READY);
      load.awaitMoreEnds(IN_FLIGHT);
      still.standStill();
      try (Worker other = LedgerWorker.of(installation, QUEUE, ledger)) {
        other.start();
        load.awaitMoreEnds(IN_FLIGHT);
        awaitEndOfOutage(load);
        load.awaitMoreEnds(IN_FLIGHT);
        still.goOn();
        load.awaitMoreEnds(10 * IN_FLIGHT);
      }
      // Only the one that stood still is left.
      load.awaitMoreEnds(IN_FLIGHT);
      load.awaitAllEnded();
      load.assertAllSucceededOnce();
      assertThat(LedgerWorker.effects(ledger)).isEqualTo(5L * load.started());
      assertThat(engine.hasFailed()).isFalse();
    }
  }

  @Test
  void everythingGoesOnAfterTheBrokerWasAwayForAMinute() throws Exception {
    Path ledger = Files.createDirectory(folder.resolve("ledger"));
    try (KillableBroker broker = new KillableBroker(folder.resolve("topics"));
        Installation installation = new Installation(broker, QUEUE);
        Engine engine = installation.startEngine(folder.resolve("state"));
        Load load = new Load(installation, Workflows.chain(QUEUE, 5), IN_FLIGHT);
        Worker worker = LedgerWorker.of(installation, QUEUE, ledger)) {
      worker.start();
      load.awaitMoreEnds(IN_FLIGHT);
      broker.kill();
      awaitEndOfOutage(load);
      broker.restart();
      load.awaitMoreEnds(10 * IN_FLIGHT);
      load.awaitAllEnded();
      load.assertAllSucceededOnce();
      assertThat(LedgerWorker.effects(ledger)).isEqualTo(5L * load.started());
      assertThat(engine.hasFailed()).isFalse();
    }
  }

  /** Lets the time of an outage pass, in which the load neither fails nor comes to an end. */
  private static void awaitEndOfOutage(Load load) {
    Awaitility.await("an outage of " + OUTAGE)
        .during(OUTAGE)
        .atMost(OUTAGE.plus(Patience.LIMIT))
        .until(() -> load.unfinished() > 0);
  }
}
