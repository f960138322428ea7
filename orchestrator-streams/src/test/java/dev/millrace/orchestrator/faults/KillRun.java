package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.EngineMain;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.fixture.Brokers;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Load;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.testing.JvmProcess;
import dev.millrace.worker.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An installation whose engine is a process that is killed again and again while a load runs and a
 * worker answers. The engine comes back on the same state folder.
 */
final class KillRun implements AutoCloseable {
  private static final String QUEUE = "work";

  final Installation installation;
  final Load load;
  private final Path stateFolder;
  private final Class<?> engineMain;
  private final List<String> arguments;
  private final String readyLine;
  private final Worker worker;
  private @Nullable JvmProcess engine;

  /** A run of the engine as it is shipped. */
  static KillRun ofEngine(Brokers brokers, Path folder, int inFlight, Map<String, String> settings)
      throws IOException {
    return ofEngine(brokers, folder, Workflows.chain(QUEUE, 5), inFlight, settings);
  }

  /** A run of the engine as it is shipped, with workflows of a definition whose queue is "work". */
  static KillRun ofEngine(
      Brokers brokers,
      Path folder,
      WorkflowDefinition definition,
      int inFlight,
      Map<String, String> settings)
      throws IOException {
    return new KillRun(
        brokers, folder, definition, inFlight, EngineMain.class, "ready", List.of(), settings);
  }

  /** A run of an engine whose commands are late by up to some milliseconds. */
  static KillRun ofSlowCommands(Path folder, int inFlight, int delayMs, boolean withRule)
      throws IOException {
    return ofSlowCommands(folder, inFlight, delayMs, withRule, 10_000);
  }

  /** The same, with a window of the queue. */
  static KillRun ofSlowCommands(
      Path folder, int inFlight, int delayMs, boolean withRule, int window) throws IOException {
    return new KillRun(
        Brokers.EMBEDDED,
        folder,
        Workflows.chain(QUEUE, 5),
        inFlight,
        SlowCommandsEngine.class,
        SlowCommandsEngine.READY,
        List.of(Integer.toString(delayMs), withRule ? "with-rule" : "without-rule"),
        Map.of(
            EngineConfig.COMMIT_INTERVAL_MS,
            "50",
            EngineConfig.QUEUE_WINDOW,
            Integer.toString(window)));
  }

  private KillRun(
      Brokers brokers,
      Path folder,
      WorkflowDefinition definition,
      int inFlight,
      Class<?> engineMain,
      String readyLine,
      List<String> arguments,
      Map<String, String> settings)
      throws IOException {
    this.stateFolder = folder.resolve("state");
    this.engineMain = engineMain;
    this.readyLine = readyLine;
    this.installation = new Installation(brokers, QUEUE);
    Map<String, String> all = new HashMap<>(settings);
    // A static member is taken back at once; others would wait for the dead one's session.
    all.put("kafka.group.instance.id", "engine");
    Path configFile = installation.engineConfig(folder, all);
    this.arguments = new ArrayList<>();
    if (engineMain == EngineMain.class) {
      this.arguments.add("--config");
    }
    this.arguments.add(configFile.toString());
    this.arguments.addAll(arguments);
    this.load = new Load(installation, definition, inFlight);
    this.worker = installation.echoWorker(QUEUE);
    worker.start();
  }

  /** Starts the engine and waits until it works. */
  void startEngine() throws IOException {
    engine = JvmProcess.start(engineMain, arguments);
    engine.awaitLine(readyLine);
  }

  /** Kills the engine at a random moment at which work is in flight. */
  void killEngineInMidWork() throws InterruptedException {
    load.awaitMoreEnds(20);
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(400_000_000L));
    assertThat(load.unfinished()).as("workflows in flight at the kill").isPositive();
    running().kill();
  }

  /**
   * Kills the engine when changes of state could have left it, and commands of which they speak
   * have not. Only for slow commands.
   */
  void killEngineBetweenStateAndCommands() throws IOException, InterruptedException {
    load.awaitMoreEnds(20);
    running().tell(SlowCommandsEngine.HOLD);
    running().awaitLine(SlowCommandsEngine.HOLDS);
    running().kill();
  }

  /** Starts and kills the engine a number of times, then starts it once more. */
  void killAndRestart(int kills) throws IOException, InterruptedException {
    for (int i = 0; i < kills; i++) {
      startEngine();
      killEngineInMidWork();
    }
    startEngine();
  }

  /** Ends the load and waits until nothing moves any more. */
  void awaitQuiet() {
    load.stopStarting();
    installation.awaitQuiet(QUEUE);
  }

  Path stateFolder() {
    return stateFolder;
  }

  private JvmProcess running() {
    if (engine == null) {
      throw new IllegalStateException("the engine was not started");
    }
    return engine;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (engine != null) {
      engine.close();
    }
    worker.close(Duration.ZERO);
    load.close();
    installation.close();
  }
}
