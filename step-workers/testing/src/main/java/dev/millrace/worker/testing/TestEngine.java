package dev.millrace.worker.testing;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.definition.SourceFormat;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.worker.WorkerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Engine and workers in memory, for tests of definitions with their handlers: the engine's own
 * topology, the workers' own command path, and no broker. Its clock stands still while anything can
 * be done, and goes on to the next thing that is due when nothing can.
 *
 * <p>Handlers run in the thread that calls {@link #advance}, {@link #runUntil}, {@link
 * TestWorkflow#await} and the like, one after another in the order of their commands, so that every
 * run of a test is the same. A handler may itself call {@link #advance}, to let time pass while it
 * works, and send controls; what it is told of its cancellation, it is told within these calls.
 *
 * <p>One thread. To be closed, since the engine's state is in a temporary folder.
 */
public final class TestEngine implements AutoCloseable {
  /** When the clock starts, unless another time is set. */
  public static final Instant DEFAULT_START = Instant.parse("2026-01-01T00:00:00Z");

  /** How long after a worker's death another one gets its commands: Kafka's session timeout. */
  public static final Duration REDELIVERY = Duration.ofSeconds(15);

  /** How much time one call may let pass while it waits for something. */
  public static final Duration MAX_WAIT = Duration.ofDays(3_650);

  /** How often one call may do something while it waits for something. */
  public static final int MAX_ACTIONS = 1_000_000;

  private final Topics topics;
  private final VirtualClock clock;
  private final FaultPlan faults;
  private final Simulation simulation;
  private final TestClient client;
  private final Map<String, Integer> started = new LinkedHashMap<>();

  private TestEngine(Builder builder) {
    SchemaRegistry registry =
        SchemaRegistries.connect("mock://test-engine-" + UUID.randomUUID(), Map.of());
    this.topics = Topics.standard();
    this.clock = new VirtualClock(builder.start, ZoneOffset.UTC);
    this.faults = new FaultPlan();
    TestWorkers workers =
        new TestWorkers(topics, registry, clock, faults, builder.workers, builder.otherWorker);
    this.simulation = new Simulation(topics, registry, clock, workers, faults);
    this.client = new TestClient(topics, registry, simulation);
    builder.definitions.forEach(simulation.topology()::define);
  }

  /** What an engine is made with. */
  public static Builder builder() {
    return new Builder();
  }

  /** The clock, for handlers that ask for the time. */
  public Clock clock() {
    return clock;
  }

  /** Starts a workflow without an input, under an id of the kit's choice. */
  public TestWorkflow start(String definition) {
    return start(definition, null);
  }

  /**
   * Starts a workflow, of the highest version of its definition, under an id of the kit's choice.
   *
   * @param input anything that can be the output of a step
   */
  public TestWorkflow start(String definition, @Nullable Object input) {
    return start(definition + "-" + started.merge(definition, 1, Integer::sum), definition, input);
  }

  /** Starts a workflow under an id. */
  public TestWorkflow start(String workflowId, String definition, @Nullable Object input) {
    return send(
        workflowId,
        WorkflowStart.newBuilder()
            .setDefinition(definition)
            .setInput(client.payload(input))
            .build());
  }

  /** Starts a workflow as the contract allows: with a version, tenant, priority, deadline. */
  public TestWorkflow send(String workflowId, WorkflowStart start) {
    client.start(workflowId, start);
    return workflow(workflowId);
  }

  /** Sets or changes a schedule. */
  public void schedule(String scheduleId, WorkflowSchedule change) {
    client.schedule(scheduleId, change);
  }

  /** A workflow, whether it was started here, by a step or by a schedule. */
  public TestWorkflow workflow(String workflowId) {
    return new TestWorkflow(workflowId, this, simulation, client, faults);
  }

  /** The ids of all workflows and schedules that anything has happened to, in that order. */
  public List<String> ids() {
    return simulation.histories().ids();
  }

  /** What is to go wrong with a step, by its id. */
  public StepFaults faults(String step) {
    return new StepFaults(faults, step);
  }

  /** What went to the dead letters, each with its key, the code of the reason and the reason. */
  public List<String> deadLetters() {
    return simulation.deadLetters();
  }

  /** Does all that can be done without time passing. */
  public void runNow() {
    for (int actions = 0; simulation.doNext(); actions++) {
      check(actions, () -> "more is to be done now");
    }
  }

  /**
   * Lets time pass, and does all that is due meanwhile in its order. Within a handler no other
   * handler runs meanwhile; the engine goes on.
   */
  public void advance(Duration time) {
    if (time.isNegative() || time.compareTo(MAX_WAIT) > 0) {
      throw new IllegalArgumentException("time %s: must be 0 to %s".formatted(time, MAX_WAIT));
    }
    long endMs = clock.millis() + time.toMillis();
    runNow();
    while (clock.millis() < endMs) {
      simulation.moveTo(Math.min(endMs, simulation.nextDueMs(true).orElse(endMs)));
      runNow();
    }
  }

  /**
   * Runs until something holds, with as much time as that takes; not within a handler.
   *
   * @throws AssertionError when it does not come to hold: nothing more happens by itself, or {@link
   *     #MAX_WAIT} is over
   */
  public void runUntil(BooleanSupplier condition) {
    runUntil(condition, () -> "what is waited for does not hold");
  }

  void runUntil(BooleanSupplier condition, Supplier<String> otherwise) {
    notWithinAHandler();
    long endMs = clock.millis() + MAX_WAIT.toMillis();
    for (int actions = 0; !condition.getAsBoolean(); actions++) {
      check(actions, otherwise);
      if (simulation.doNext()) {
        continue;
      }
      OptionalLong next = simulation.nextDueMs(true);
      if (next.isEmpty() || next.getAsLong() > endMs) {
        throw new AssertionError(
            "%s, and %s\n%s"
                .formatted(
                    otherwise.get(),
                    next.isEmpty()
                        ? "nothing more happens by itself; is a signal, a control or a timeout missing?"
                        : "that does not change within " + MAX_WAIT,
                    log()));
      }
      simulation.moveTo(next.getAsLong());
    }
  }

  /**
   * Runs until nothing more happens by itself, with as much time as that takes; schedules are not
   * waited for. Not within a handler.
   */
  public void runUntilIdle() {
    notWithinAHandler();
    long endMs = clock.millis() + MAX_WAIT.toMillis();
    runNow();
    int moves = 0;
    OptionalLong next = simulation.nextDueMs(false);
    while (next.isPresent() && next.getAsLong() <= endMs) {
      check(moves++, () -> "more is to be done");
      simulation.moveTo(next.getAsLong());
      runNow();
      next = simulation.nextDueMs(false);
    }
  }

  private void notWithinAHandler() {
    if (simulation.runsHandler()) {
      throw new IllegalStateException(
          "a handler cannot wait for other handlers, which run after it: use advance(Duration)");
    }
  }

  private void check(int actions, Supplier<String> otherwise) {
    if (actions >= MAX_ACTIONS) {
      throw new AssertionError(
          "%s, after %,d actions\n%s".formatted(otherwise.get(), actions, log()));
    }
  }

  /** The last events of each of some workflows, and the dead letters, for messages. */
  private String log() {
    String letters =
        deadLetters().stream()
            .map(letter -> "dead letter " + letter + "\n")
            .collect(Collectors.joining());
    return ids().stream().limit(5).map(id -> workflow(id).log()).collect(Collectors.joining())
        + letters;
  }

  @Override
  public void close() {
    simulation.close();
  }

  /** Collects what an engine is made with. One thread. */
  public static final class Builder {
    private final List<WorkflowDefinition> definitions = new ArrayList<>();
    private final Map<String, Consumer<WorkerBuilder>> workers = new LinkedHashMap<>();
    private @Nullable Consumer<WorkerBuilder> otherWorker;
    private Instant start = DEFAULT_START;

    private Builder() {}

    /**
     * Adds a definition of a file, in YAML or JSON.
     *
     * @throws IllegalArgumentException with all that is wrong with it
     */
    public Builder definition(Path file) {
      try {
        return parsed(
            file.toString(),
            Files.readAllBytes(file),
            SourceFormat.ofFileName(file.getFileName().toString()));
      } catch (IOException e) {
        throw new UncheckedIOException("definition %s: %s".formatted(file, e.getMessage()), e);
      }
    }

    /**
     * Adds a definition, in YAML or JSON.
     *
     * @throws IllegalArgumentException with all that is wrong with it
     */
    public Builder definition(String source) {
      return parsed("definition", source.getBytes(StandardCharsets.UTF_8), SourceFormat.AUTO);
    }

    /** Adds a definition that was built in Java. */
    public Builder definition(WorkflowDefinition definition) {
      definitions.add(definition);
      return this;
    }

    private Builder parsed(String name, byte[] source, SourceFormat format) {
      return switch (new DefinitionParser(new CelExpressions()).parse(source, format)) {
        case ParsedDefinition.Accepted accepted -> definition(accepted.definition());
        case ParsedDefinition.Refused refused ->
            throw new IllegalArgumentException(
                refused.problems().stream()
                    .map(problem -> problem.render(name))
                    .collect(Collectors.joining("\n")));
      };
    }

    /**
     * Sets the worker of all queues that have none of their own. What the program does to its
     * worker's builder, such as {@link WorkerBuilder#handlers} and {@link WorkerBuilder#around}, is
     * done to this one; where Kafka is and which queue it is of is set by the kit.
     */
    public Builder worker(Consumer<WorkerBuilder> configurer) {
      this.otherWorker = configurer;
      return this;
    }

    /** Sets the worker of a queue. */
    public Builder worker(String queue, Consumer<WorkerBuilder> configurer) {
      Topics.checkQueue(queue);
      workers.put(queue, configurer);
      return this;
    }

    /** When the clock starts; {@link TestEngine#DEFAULT_START} unless set. */
    public Builder startAt(Instant time) {
      this.start = time;
      return this;
    }

    /**
     * The engine, which runs at once.
     *
     * @throws IllegalStateException when a worker has no handler
     */
    public TestEngine build() {
      return new TestEngine(this);
    }
  }
}
