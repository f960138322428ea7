package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.fixture.EventLog;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An engine whose commands reach the broker later than its changelog would, killed between the two.
 */
class OutputsBeforeStateKillTest {
  private static final int IN_FLIGHT = 400;
  private static final int DELAY_MS = 100;

  /** One kill leaves something stuck nearly always, which is not always. */
  private static final int KILLS_WITHOUT_THE_RULE = 3;

  @TempDir Path folder;

  @Test
  void noWorkflowIsStuckWhenTheEngineIsKilledBetweenCommandsAndState() throws Exception {
    killsLeaveNothingStuck(4);
  }

  @Test
  void noWorkflowIsStuckWhenTheEngineIsKilledWhileMostStepsWaitForTheirQueue() throws Exception {
    try (KillRun run = KillRun.ofSlowCommands(folder, IN_FLIGHT, DELAY_MS, true, 20)) {
      killsLeaveNothingStuck(run, 3);
    }
  }

  @Test
  @Tag("slow")
  void noWorkflowIsStuckAfterTwentyKills() throws Exception {
    killsLeaveNothingStuck(20);
  }

  private void killsLeaveNothingStuck(int kills) throws Exception {
    try (KillRun run = KillRun.ofSlowCommands(folder, IN_FLIGHT, DELAY_MS, true)) {
      killsLeaveNothingStuck(run, kills);
    }
  }

  private static void killsLeaveNothingStuck(KillRun run, int kills) throws Exception {
    run.killAndRestart(kills - 1);
    run.killEngineBetweenStateAndCommands();
    run.startEngine();
    run.load.awaitMoreEnds(1);
    run.awaitQuiet();
    run.load.assertAllSucceededOnce();
  }

  /** Otherwise the tests above would prove nothing. */
  @Test
  void workflowsAreStuckWithoutTheRule() throws Exception {
    try (KillRun run = KillRun.ofSlowCommands(folder, IN_FLIGHT, DELAY_MS, false)) {
      for (int kill = 0; kill < KILLS_WITHOUT_THE_RULE; kill++) {
        run.startEngine();
        run.killEngineBetweenStateAndCommands();
      }
      run.startEngine();
      run.awaitQuiet();
      EventLog log = run.load.stop();
      log.pollToEnd();
      assertThat(run.load.started() - log.ended()).as("workflows that wait for ever").isPositive();
    }
  }
}
