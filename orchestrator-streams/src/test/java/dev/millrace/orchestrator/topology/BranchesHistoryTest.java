package dev.millrace.orchestrator.topology;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.BranchesHistory;
import dev.millrace.orchestrator.codec.BranchesHistory.Branch;
import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the log says of the branches of a step {@code each}. */
class BranchesHistoryTest extends ForEachCase {
  private static final int EACH = 0;

  private final List<WorkflowEvents> log = new ArrayList<>();

  private void begin(ForEach forEach, int items) {
    engine.define(definition(forEach));
    start("w", items);
  }

  /** The workflow and the branches by the log until now, as far as it is kept. */
  private @Nullable BranchesHistory rebuilt(WorkflowDefinition definition)
      throws MalformedRecordException {
    log.addAll(engine.eventRecords());
    EventHistory history = new EventHistory();
    for (int offset = 0; offset < log.size(); offset++) {
      history.add(offset, log.get(offset));
    }
    CompiledDefinition compiled =
        new DefinitionDecoder(engine.topics, engine.registry)
            .decode(engine.definitionBytes(definition));
    WorkflowHistory workflow = WorkflowHistory.of(compiled);
    for (EventHistory.Entry entry : history.entries()) {
      workflow.apply(entry);
    }
    BranchesHistory branches = workflow.branches(EACH);
    if (branches != null) {
      history.entries().forEach(branches::apply);
    }
    return branches;
  }

  private BranchesHistory present(ForEach forEach) throws MalformedRecordException {
    return requireNonNull(rebuilt(definition(forEach)), "branches");
  }

  private static String statuses(BranchesHistory branches) {
    return IntStream.range(0, branches.count())
        .mapToObj(number -> String.valueOf(branches.branch(number).status()))
        .collect(Collectors.groupingBy(status -> status, TreeMap::new, Collectors.counting()))
        .toString();
  }

  @Test
  void aBranchHasItsStatusAttemptDueTimeAndFailure() throws Exception {
    ForEach forEach = new ForEach("input", 3, 1, 1, false);
    begin(forEach, 5);
    List<StepCommand> sent = engine.commands();
    succeed(sent.get(0));
    fail(sent.get(1), "flaky");
    fail(sent.get(2), "fatal");

    BranchesHistory branches = present(forEach);

    assertThat(branches.count()).isEqualTo(5);
    assertThat(branches.items()).isEqualTo(5);
    assertThat(branches.problems()).isEmpty();
    assertThat(branches.branch(0)).isEqualTo(new Branch(0, StepStatus.SUCCEEDED, 1, 0, null, null));
    Branch retried = branches.branch(1);
    assertThat(retried.status()).isEqualTo(StepStatus.BACKING_OFF);
    assertThat(retried.dueMs()).isEqualTo(DrivenEngine.NOON.plusSeconds(1).toEpochMilli());
    assertThat(requireNonNull(retried.failure()).type()).isEqualTo("flaky");
    Branch failed = branches.branch(2);
    assertThat(failed.status()).isEqualTo(StepStatus.FAILED);
    assertThat(requireNonNull(failed.failure()).message()).isEqualTo("broken");

    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    succeed(engine.commands().getLast());
    assertThat(present(forEach).branch(1))
        .isEqualTo(new Branch(1, StepStatus.SUCCEEDED, 2, 0, null, null));
  }

  @Test
  void branchesOfChunksThatAreNotOpenedYetWait() throws Exception {
    ForEach forEach = new ForEach("input", 10, 1, 0, false);
    begin(forEach, 2_500);

    assertThat(statuses(present(forEach))).isEqualTo("{OPEN=10, WAITING=2490}");
    assertThat(present(forEach).branch(2_499).attempt()).isZero();
  }

  @Test
  void aRerunShowsTheBranchesOfTheNewAttemptAlone() throws Exception {
    begin(all(), 1_100);
    runAllBranches();
    assertThat(statuses(present(all()))).isEqualTo("{SUCCEEDED=1100}");

    engine.control("w", DrivenEngine.order(ControlAction.RERUN).setStep("each"));

    BranchesHistory again = present(all());
    assertThat(statuses(again)).isEqualTo("{OPEN=1100}");
    assertThat(again.branch(1_099).attempt()).isEqualTo(1_001);
  }

  @Test
  void branchesThatTheWorkflowHasLetGoOfAreNotShown() throws Exception {
    begin(all(), 3);
    assertThat(statuses(present(all()))).isEqualTo("{OPEN=3}");

    engine.control("w", DrivenEngine.order(ControlAction.SKIP_STEP).setStep("each"));

    assertThat(rebuilt(definition(all()))).isNull();
  }

  @Test
  void branchesOfAWorkflowThatIsCancelledAreShownAsTheEndFoundThem() throws Exception {
    begin(all(), 3);
    succeed(engine.commands().getFirst());
    engine.cancel("w", "enough");

    assertThat(statuses(present(all()))).isEqualTo("{OPEN=2, SUCCEEDED=1}");
  }

  @Test
  void aBranchThatWaitsForAWorkflowNamesIt() throws Exception {
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            "forked",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(
                TestStep.of("each")
                    .does(new StepAction.StartChild("child", 0, null, null, false, true))
                    .forEach(all())
                    .build()));
    engine.define(definition);
    start("w", 2);

    BranchesHistory branches = requireNonNull(rebuilt(definition), "branches");

    assertThat(branches.branch(1).status()).isEqualTo(StepStatus.SUSPENDED);
    assertThat(branches.branch(1).child()).isEqualTo("w.each:1.1");
  }

  @Test
  void aChunkOfWhichEventsAreMissingTakesNoOthersWithIt() throws Exception {
    begin(all(), 2_500);
    log.addAll(engine.eventRecords());
    log.removeIf(record -> record.getScope().equals("each/1"));

    BranchesHistory branches = present(all());

    assertThat(statuses(branches)).isEqualTo("{OPEN=1500, null=1000}");
    assertThat(branches.problems()).containsExactly("there is no event of each/1");
    assertThat(branches.branch(1_000)).isEqualTo(new Branch(1_000, null, 0, 0, null, null));
  }

  @Test
  void eventsThatDoNotFollowOrAreOfOtherBranchesAreTold() throws Exception {
    begin(all(), 3);
    List<StepCommand> sent = engine.commands();
    log.addAll(engine.eventRecords());
    sent.forEach(this::succeed);
    List<WorkflowEvents> reports = engine.eventRecords();
    log.add(reports.get(1));
    assertThat(present(all()).problems())
        .containsExactly("event each/0/5 comes where 4 is next; those between are missing");

    log.removeLast();
    WorkflowEvents other = reports.getFirst();
    other.getEvents().getFirst().setNumber(7);
    log.add(other);
    assertThat(present(all()).problems())
        .containsExactly("event each/0/4 is STEP_SUCCEEDED 7, which it cannot be");
  }
}
