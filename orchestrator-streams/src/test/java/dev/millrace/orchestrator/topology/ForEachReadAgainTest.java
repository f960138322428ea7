package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.schemas.v1.StepCommand;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

/**
 * RocksDB kept what the changelog never got; then the completions of branches of the lost commit
 * come again. What they changed must come to the changelog, for another engine may take it over.
 */
class ForEachReadAgainTest extends ForEachCase {
  private final WorkflowDefinition definition = definition(new ForEach("input", 0, 1, 0, false));

  private List<StepCommand> begin() {
    engine.define(definition);
    start("w", 2);
    return engine.commands();
  }

  private void restartWithAnEmptyChangelog() {
    engine.restart(definition);
    engine.cancel("other", "");
    engine.changelog();
  }

  private List<Bytes> changedKeys() {
    return engine.changelog().stream().map(record -> Bytes.wrap(record.key())).toList();
  }

  @Test
  void aWorkflowThatKnowsOfItsChunkComesToTheChangelog() {
    List<StepCommand> out = begin();
    out.forEach(this::succeed);
    assertThat(engine.attempts()).containsExactly("last/1");
    var kept = engine.stored().keySet();

    restartWithAnEmptyChangelog();
    out.forEach(this::succeed);

    assertThat(changedKeys()).containsAll(kept);
    assertThat(engine.commands()).isEmpty();
    out.forEach(this::succeed);
    assertThat(engine.changelog()).as("once is enough").isEmpty();
  }

  @Test
  void aWorkflowThatHasEndedComesToTheChangelog() {
    List<StepCommand> out = begin();
    out.forEach(this::succeed);
    engine.succeed("w", "last", 1, null);

    restartWithAnEmptyChangelog();
    out.forEach(this::succeed);

    assertThat(changedKeys()).contains(Keys.workflow("w"));
  }

  @Test
  void aWorkflowThatLetGoOfItsChunkComesToTheChangelog() {
    List<StepCommand> out = begin();
    fail(out.getFirst(), "fatal");
    var kept = engine.stored().keySet();

    restartWithAnEmptyChangelog();
    fail(out.getFirst(), "fatal");

    assertThat(changedKeys()).containsAll(kept).contains(Keys.workflow("w"));
  }
}
