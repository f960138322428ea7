package dev.millrace.perf.workload;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.WorkflowDefinitions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A kind of workflow and how it is put to a system.
 *
 * @param name name in options and reports
 * @param definition what each workflow runs
 * @param depth steps on the longest path; a hop is the time of a workflow divided by it
 * @param inFlight how many workflows are kept running; each number is a run of its own
 * @param full extent of a run
 * @param quick extent of a short run, for a first look only
 * @param steps steps of one workflow that somebody runs; a step that runs for each item of a list
 *     counts once for each
 * @param work what is put in, and who works on it
 */
public record Workload(
    String name,
    WorkflowDefinition definition,
    int depth,
    List<Integer> inFlight,
    Extent full,
    Extent quick,
    int steps,
    Work work) {

  /** Queue of every no-op. */
  public static final String QUEUE = "bench";

  /** Type of every no-op: its handler does nothing and returns {@link #output()}. */
  public static final String STEP_TYPE = "no-op";

  private static final String INPUT =
      """
      {"order":"2026-11-21/000137","customer":"C-20817","total":"181.50","currency":"EUR","gift":true}\
      """;
  private static final String OUTPUT = "{\"ok\":true,\"took\":0}";

  private static final Map<String, Workload> ALL =
      Stream.concat(
              Stream.of(
                  noOps(
                      definition("linear-10", chain(10)),
                      10,
                      List.of(400, 4_000),
                      Extent.seconds(20, 40),
                      Extent.seconds(8, 10)),
                  noOps(
                      definition("diamond-16", diamond(16)),
                      3,
                      List.of(200),
                      Extent.seconds(20, 40),
                      Extent.seconds(8, 10)),
                  noOps(
                      definition("chain-latency", chain(10)),
                      10,
                      List.of(1),
                      Extent.workflows(50, 200),
                      Extent.workflows(50, 100)),
                  noOps(
                      definition("wide-1000", diamond(1_000)),
                      3,
                      List.of(1),
                      Extent.seconds(20, 40),
                      Extent.workflows(1, 2)),
                  pauses(10, Duration.ofMillis(10), 1_000),
                  pauses(10, Duration.ofMillis(50), 64),
                  pauses(1, Duration.ofMillis(100), 64),
                  forEach(100, 1, 40, Extent.workflows(2_000, 4_000), Extent.workflows(500, 1_000)),
                  forEach(100_000, 1, 1, Extent.workflows(2, 4), Extent.workflows(1, 1)),
                  forEach(100, 10, 40, Extent.seconds(20, 40), Extent.seconds(8, 10)),
                  forEach(1_000, 100, 10, Extent.seconds(20, 40), Extent.seconds(8, 10)),
                  forEach(5_000, 100, 4, Extent.seconds(20, 40), Extent.seconds(8, 10))),
              SampleWork.workloads())
          .collect(Collectors.toMap(Workload::name, Function.identity()));

  public Workload {
    inFlight = List.copyOf(inFlight);
  }

  /**
   * The workload of a name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Workload named(String name) {
    Workload workload = ALL.get(name);
    if (workload == null) {
      throw new IllegalArgumentException(
          "workload '%s': must be one of %s".formatted(name, new TreeSet<>(ALL.keySet())));
    }
    return workload;
  }

  /** Input of a workflow of no-ops: a JSON object of about 100 bytes. */
  public static byte[] input() {
    return INPUT.getBytes(StandardCharsets.UTF_8);
  }

  /** Output of every no-op: a JSON object of about 20 bytes. */
  public static byte[] output() {
    return OUTPUT.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether every step is a no-op that depends on the one before it and on nothing else. */
  public boolean isChainOfNoOps() {
    return work instanceof NoOps && depth == definition.steps().size() && depth == steps;
  }

  /** The extent of a full or of a quick run. */
  public Extent extent(boolean isQuick) {
    return isQuick ? quick : full;
  }

  private static WorkflowDefinition definition(String name, List<StepDefinition> steps) {
    return WorkflowDefinition.of(name, 1, Duration.ZERO, RetryPolicy.NONE, steps);
  }

  private static List<StepDefinition> chain(int length) {
    return IntStream.range(0, length)
        .mapToObj(i -> step("step-" + i, i == 0 ? List.of() : List.of("step-" + (i - 1))))
        .toList();
  }

  private static List<StepDefinition> diamond(int width) {
    List<String> middle = IntStream.range(0, width).mapToObj(i -> "part-" + i).toList();
    List<StepDefinition> steps = new ArrayList<>();
    steps.add(step("split", List.of()));
    middle.forEach(id -> steps.add(step(id, List.of("split"))));
    steps.add(step("join", middle));
    return steps;
  }

  private static Workload noOps(
      WorkflowDefinition definition, int depth, List<Integer> inFlight, Extent full, Extent quick) {
    return new Workload(
        definition.name(),
        definition,
        depth,
        inFlight,
        full,
        quick,
        definition.steps().size(),
        new NoOps(INPUT));
  }

  /** A chain of steps that each wait for a time. */
  private static Workload pauses(int length, Duration time, int inFlight) {
    WorkflowDefinition definition = definition("pauses-" + time.toMillis(), chain(length));
    return new Workload(
        definition.name(),
        definition,
        length,
        List.of(inFlight),
        Extent.seconds(20, 40),
        Extent.seconds(12, 15),
        length,
        new Pauses(time));
  }

  /** One step that runs for each of so many items, so many in each command. */
  private static Workload forEach(
      int items, int batchSize, int inFlight, Extent full, Extent quick) {
    String name = batchSize == 1 ? "foreach-" + items : "batch-" + items + "-by-" + batchSize;
    String list =
        IntStream.range(0, items)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "[", "]"));
    return new Workload(
        name,
        WorkflowDefinitions.define(name, 1)
            .queue(QUEUE)
            .step(
                "each",
                step -> step.type(STEP_TYPE).forEach("input", each -> each.batchSize(batchSize)))
            .build(),
        1,
        List.of(inFlight),
        full,
        quick,
        items,
        new NoOps(list));
  }

  private static StepDefinition step(String id, List<String> dependsOn) {
    return StepDefinition.work(id, STEP_TYPE, QUEUE, dependsOn, Duration.ZERO, null);
  }
}
