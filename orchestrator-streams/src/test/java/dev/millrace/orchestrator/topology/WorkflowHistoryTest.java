package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** After each input the fold of the log is the record in the store. */
class WorkflowHistoryTest extends DrivenEngineCase {
  private static final String ID = "w";
  private static final WorkflowDefinition DIAMOND =
      definition(
          Definitions.step("a"),
          Definitions.guarded("b", Duration.ofSeconds(10), "a"),
          Definitions.step("c", "a"),
          Definitions.step("d", "b", "c"));

  private final EventHistory log = new EventHistory();
  private WorkflowDefinition registered = DIAMOND;
  private int offset;
  private int folded;
  private @Nullable WorkflowHistory history;

  @Test
  void runWithRetriesTimeoutsAndOutputsOfAllSizesIsTheFoldOfItsEvents() throws Exception {
    engine.define(DIAMOND);
    engine.start(ID, "diamond", DrivenEngine.payload(20), DrivenEngine.NOON.plusSeconds(3_600));
    WorkflowHistory history = assertFold();
    engine.succeed(ID, "a", 1, DrivenEngine.payload(100));
    assertFold();
    engine.fail(ID, "b", 1);
    assertFold();
    assertThat(history.workflow().stepStatus(1)).isEqualTo(StepStatus.BACKING_OFF);
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    assertFold();
    engine.advance(Duration.ofSeconds(10).plus(DrivenEngine.TICK));
    assertFold();
    engine.advance(Duration.ofSeconds(2).plus(DrivenEngine.TICK));
    assertFold();
    assertThat(history.workflow().attempt(1)).isEqualTo(3);
    engine.succeed(ID, "b", 3, DrivenEngine.payload(10_000));
    assertFold();
    engine.succeed(ID, "c", 1, null);
    assertFold();
    assertThat(history.payload(0)).isNotNull();
    assertThat(history.payload(2)).isNull();
    engine.succeed(ID, "d", 1, DrivenEngine.payload(10));
    assertFold();

    assertThat(history.workflow().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
    assertThat(history.lastRunning().stepStatus(3)).isEqualTo(StepStatus.SUCCEEDED);
    assertThat(history.payload(1)).as("output of 10,000 bytes, after the end").isNotNull();
    assertThat(history.payload(3)).as("output that nobody reads").isNull();
    assertThat(history.payload(PackedWorkflow.INPUT_SLOT)).isNotNull();
  }

  @Test
  void cancelledWorkflowIsTheFoldOfItsEvents() throws Exception {
    engine.define(DIAMOND);
    engine.start(ID, "diamond", DrivenEngine.payload(10_000), null);
    assertFold();
    engine.succeed(ID, "a", 1, null);
    engine.cancel(ID, "enough");
    WorkflowHistory history = assertFold();

    assertThat(history.workflow().status()).isEqualTo(WorkflowStatus.CANCELLED);
    assertThat(history.lastRunning().stepStatus(1)).isEqualTo(StepStatus.OPEN);
    assertThat(history.lastRunning().stepStatus(3)).isEqualTo(StepStatus.WAITING);
  }

  @Test
  void workflowThatBringsItsDefinitionIsTheFoldOfItsEvents() throws Exception {
    engine.startWithItsOwn(ID, DIAMOND, DrivenEngine.payload(10_000));
    WorkflowHistory history = assertFold();
    engine.succeed(ID, "a", 1, DrivenEngine.payload(10_000));
    assertFold();
    engine.fail(ID, "b", 1, "fatal");
    assertFold();

    assertThat(history.workflow().status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(history.lastRunning().stepStatus(1)).isEqualTo(StepStatus.FAILED);
  }

  @Test
  void recordTooLargeToBeCopiedIsTheFoldOfItsEvents() throws Exception {
    List<StepDefinition> steps =
        IntStream.range(0, 600)
            .mapToObj(
                i ->
                    i == 0
                        ? Definitions.step("s0")
                        : Definitions.guarded("s" + i, Duration.ofSeconds(i), "s0"))
            .toList();
    registered = definition(steps.toArray(StepDefinition[]::new));
    engine.define(registered);
    engine.start(ID, "diamond", null, null);
    assertFold();
    engine.succeed(ID, "s0", 1, DrivenEngine.payload(200));
    assertFold();
    for (int step = 1; step < 600; step += 7) {
      engine.succeed(ID, "s" + step, 1, null);
      assertFold();
    }
  }

  @Test
  void aStateDoesNotChangeWithLaterEvents() throws Exception {
    engine.define(DIAMOND);
    engine.start(ID, "diamond");
    WorkflowHistory history = assertFold();
    PackedWorkflow early = history.workflow();
    engine.succeed(ID, "a", 1, null);
    assertFold();

    assertThat(early.stepStatus(0)).isEqualTo(StepStatus.OPEN);
    assertThat(early.nextSequence()).isEqualTo(2);
  }

  @Test
  void eventsThatDoNotFollowOrAreOfAnotherDefinitionAreRefused() {
    engine.define(DIAMOND);
    engine.start(ID, "diamond");
    engine.succeed(ID, "a", 1, null);
    readLog();
    CompiledDefinition other = CompiledDefinition.compile(definition(Definitions.step("other")));

    assertThatThrownBy(() -> WorkflowHistory.of(other).apply(log.entries().get(1)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("event 1 comes where 0 is next");
    WorkflowHistory ofAnother = WorkflowHistory.of(other);
    assertThatThrownBy(() -> log.entries().forEach(entry -> applied(ofAnother, entry)))
        .hasRootCauseMessage(
            "event 1 is of step 'a', which definition diamond/1 does not have; it was published with another content");
  }

  private static void applied(WorkflowHistory history, EventHistory.Entry entry) {
    try {
      history.apply(entry);
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }

  /** Folds what is new in the log and compares the outcome with the store. */
  private WorkflowHistory assertFold() throws MalformedRecordException {
    readLog();
    WorkflowHistory fold = history == null ? begun() : history;
    history = fold;
    for (EventHistory.Entry entry : log.entries().subList(folded, log.entries().size())) {
      fold.apply(entry);
    }
    folded = log.entries().size();
    StoredFold.assertThatItIs(engine, ID, fold);
    return fold;
  }

  private WorkflowHistory begun() throws MalformedRecordException {
    DefinitionDecoder decoder = new DefinitionDecoder(engine.topics, engine.registry);
    dev.millrace.schemas.v1.WorkflowDefinition brought =
        log.entries().getFirst().event().getStart().getInlineDefinition();
    return brought == null
        ? WorkflowHistory.of(decoder.decode(engine.definitionBytes(registered)))
        : WorkflowHistory.of(decoder.inline(brought));
  }

  private void readLog() {
    for (WorkflowEvents record : engine.eventRecords()) {
      log.add(offset++, record);
    }
  }

  private static WorkflowDefinition definition(StepDefinition... steps) {
    return WorkflowDefinition.of("diamond", 1, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }
}
