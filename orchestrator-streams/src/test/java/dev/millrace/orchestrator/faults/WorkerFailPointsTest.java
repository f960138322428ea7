package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.testing.JvmProcess;
import dev.millrace.testing.Patience;
import dev.millrace.worker.Worker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Workers that kill themselves with SIGKILL at one point of a command, again and again, beside
 * others of their queues that live.
 */
@Tag("slow")
class WorkerFailPointsTest {
  private static final int KILLS = Integer.getInteger("millrace.kills", 100);

  /** How many workers are dying at once, each in a queue of its own. */
  private static final int QUEUES = 5;

  @TempDir Path folder;

  private final AtomicInteger started = new AtomicInteger();
  private final List<Long> redispatchMs = Collections.synchronizedList(new ArrayList<>());

  @ParameterizedTest
  @EnumSource(names = "NEVER", mode = EnumSource.Mode.EXCLUDE)
  void everyCommandHasOneEffectAndEveryWorkflowEndsOnceWhereverItsWorkersDie(
      LedgerWorker.Point point) throws Exception {
    Path ledger = Files.createDirectory(folder.resolve("ledger"));
    List<String> queues = IntStream.range(0, QUEUES).mapToObj(i -> "q" + i).toList();
    try (Installation installation = new Installation(queues.toArray(String[]::new));
        Engine engine = installation.startEngine(folder.resolve("state"));
        EventLog log = new EventLog(installation);
        ExecutorService threads = Executors.newFixedThreadPool(QUEUES)) {
      List<Future<?>> runs = new ArrayList<>();
      for (String queue : queues) {
        runs.add(
            threads.submit(
                () -> {
                  killAgainAndAgain(installation, queue, ledger, point);
                  return null;
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
      log.pollUntilEnded(started.get());
      log.pollToEnd();

      assertThat(log.histories()).hasSize(started.get());
      log.histories()
          .forEach(
              (workflowId, history) -> {
                String queue = workflowId.substring(0, workflowId.indexOf('-'));
                CompiledDefinition chain =
                    CompiledDefinition.compile(Workflows.chain(queue, queue, 1));
                assertThat(EventLog.problems(chain, history, WorkflowStatus.SUCCEEDED)).isEmpty();
              });
      assertThat(LedgerWorker.effects(ledger)).isEqualTo(started.get());
      assertThat(engine.hasFailed()).isFalse();
    }
    List<Long> sorted = redispatchMs.stream().sorted().toList();
    System.out.printf(
        "%s: %d workers killed, %d workflows; from the kill until the last workflow had ended:"
            + " median %d ms, at most %d ms, session timeout %d ms%n",
        point,
        sorted.size(),
        started.get(),
        sorted.get(sorted.size() / 2),
        sorted.getLast(),
        LedgerWorker.SESSION_TIMEOUT_MS);
  }

  private void killAgainAndAgain(
      Installation installation, String queue, Path ledger, LedgerWorker.Point point)
      throws Exception {
    installation.register(Workflows.chain(queue, queue, 1));
    try (Worker survivor = LedgerWorker.of(installation, queue, ledger);
        EventLog log = new EventLog(installation)) {
      survivor.start();
      for (int kill = 0; kill < KILLS / QUEUES; kill++) {
        String prefix = "%s-%d-".formatted(queue, kill);
        try (JvmProcess dying = LedgerWorker.start(installation, queue, ledger, point)) {
          dying.awaitLine(LedgerWorker.READY);
          int begun = startUntilDead(installation, queue, prefix, dying);
          long diedAtMs =
              Long.parseLong(
                  dying.awaitLine(LedgerWorker.DIES).substring(LedgerWorker.DIES.length()));
          Awaitility.await("the workflows " + prefix + " end")
              .atMost(Patience.LIMIT)
              .pollInterval(Duration.ofMillis(20))
              .until(
                  () -> {
                    log.poll();
                    return log.histories().entrySet().stream()
                            .filter(each -> each.getKey().startsWith(prefix))
                            .filter(each -> each.getValue().entries().getLast().endsWorkflow())
                            .count()
                        == begun;
                  });
          redispatchMs.add(System.currentTimeMillis() - diedAtMs);
        }
      }
    }
  }

  /** Starts workflows until one of them has met the worker that dies of it. */
  private int startUntilDead(
      Installation installation, String queue, String prefix, JvmProcess dying) {
    AtomicInteger begun = new AtomicInteger();
    Awaitility.await("a worker dies")
        .atMost(Patience.LIMIT)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              if (dying.isAlive()) {
                installation.start(prefix + begun.getAndIncrement(), queue, "{}");
                started.incrementAndGet();
                return false;
              }
              return true;
            });
    return begun.get();
  }
}
