package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.BranchesHistory;
import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.codec.EventDecoder;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.invariant.EventLogInvariants;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The events of a chunk of branches give its record, and those of the workflow the workflow's. */
class ForEachFoldTest extends ForEachCase {
  private final List<WorkflowEvents> log = new ArrayList<>();
  private final Random random = new Random(5);

  @ParameterizedTest
  @CsvSource({"1, 2100, 300", "7, 900, 50", "100, 1000, 1000"})
  void eventsGiveTheStoredBytesAfterEachOfThem(int batchSize, int items, int outputBytes)
      throws Exception {
    WorkflowDefinition definition =
        definition(new ForEach("input", 40, batchSize, 90, true), null, Duration.ofSeconds(5));
    engine.define(definition);
    CompiledDefinition compiled =
        new DefinitionDecoder(engine.topics, engine.registry)
            .decode(engine.definitionBytes(definition));
    start("w", items);
    List<StepCommand> out = new ArrayList<>(engine.commands());
    for (int input = 0; !out.isEmpty() && out.getFirst().getBranch() >= 0; input++) {
      report(out.remove(random.nextInt(out.size())), outputBytes);
      if (input % 97 == 0) {
        engine.advance(Duration.ofSeconds(random.nextInt(4)));
        compare(compiled);
      }
      if (out.isEmpty()) {
        engine.advance(Duration.ofSeconds(6));
      }
      out.addAll(engine.commands());
    }
    compare(compiled);
  }

  private void report(StepCommand command, int outputBytes) {
    int fate = random.nextInt(10);
    if (fate == 0) {
      fail(command, random.nextBoolean() ? "flaky" : "fatal");
    } else if (command.getItems().isEmpty()) {
      succeed(command, json("\"" + "x".repeat(random.nextInt(outputBytes)) + "\""));
    } else {
      List<ItemResult> results = new ArrayList<>();
      command
          .getItems()
          .forEach(
              item ->
                  results.add(
                      random.nextInt(20) == 0
                          ? bad("flaky", random.nextBoolean())
                          : good("\"" + "y".repeat(random.nextInt(outputBytes)) + "\"")));
      reportBatch(command, results);
    }
  }

  private void compare(CompiledDefinition compiled) throws MalformedRecordException {
    log.addAll(engine.eventRecords());
    EventHistory history = new EventHistory();
    for (int offset = 0; offset < log.size(); offset++) {
      history.add(offset, log.get(offset));
    }
    WorkflowHistory workflow = WorkflowHistory.of(compiled);
    for (EventHistory.Entry entry : history.entries()) {
      workflow.apply(entry);
    }
    StoredFold.assertThatItIs(engine, "w", workflow);
    BranchesHistory branches =
        Objects.requireNonNull(workflow.branches(compiled.indexOf("each")), "branches");
    history.entries().forEach(branches::apply);
    assertThat(branches.problems()).isEmpty();
    for (int chunk = 0; chunk < 3; chunk++) {
      compare(compiled, new ChunkId("w", "each", chunk), history, branches);
    }
  }

  private void compare(
      CompiledDefinition compiled, ChunkId id, EventHistory history, BranchesHistory branches)
      throws MalformedRecordException {
    byte[] stored = engine.stored().get(Keys.chunk(id));
    if (stored == null) {
      return;
    }
    PackedWorkflow record = PackedWorkflow.of(stored);
    CompiledDefinition definition = compiled.branches(compiled.indexOf("each"), record.stepCount());
    EventLogInvariants invariants = new EventLogInvariants(definition);
    for (EventHistory.Entry entry : history.entries()) {
      if (entry.scope().equals(id.scope())) {
        var event = EventDecoder.fromAvro(definition, entry.event());
        invariants.accept(entry.sequence(), event, entry.at().toEpochMilli());
      }
    }
    PackedWorkflow fold = branches.chunk(id.chunk());
    for (int branch = 0; branch < record.stepCount(); branch++) {
      BranchesHistory.Branch known = branches.branch(id.chunk() * Branches.CHUNK + branch);
      assertThat(known.status()).isEqualTo(record.stepStatus(branch));
      assertThat(known.attempt()).isEqualTo(record.attempt(branch));
      assertThat(known.dueMs()).isEqualTo(record.stepDeadlineMs(branch));
      boolean hasFailed =
          known.status() == StepStatus.FAILED || known.status() == StepStatus.BACKING_OFF;
      assertThat(known.failure() != null).isEqualTo(hasFailed);
    }
    for (InputSource source : InputSource.values()) {
      fold.setAppliedOffset(source, record.appliedOffset(source));
    }
    fold.setArmedTimerMs(record.armedTimerMs());
    fold.setIncarnation(record.incarnation());
    assertThat(fold.bytes()).as("fold of the events of %s", id.scope()).isEqualTo(stored);
    assertThat(invariants.violations()).isEmpty();
  }
}
