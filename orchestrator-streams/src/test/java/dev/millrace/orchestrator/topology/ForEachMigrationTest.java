package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Workflows with branches that are to go on with another version of their definition. */
class ForEachMigrationTest extends ForEachCase {
  private static final WorkflowDefinition FIRST = definition(all());
  private static final StepDefinition MORE = Definitions.step("more");

  @Test
  void workflowIsMigratedWhenNoBranchIsUnderWayAndItsStepStaysAtItsPlace() {
    engine.define(FIRST);
    start("w", 3);
    List<StepCommand> branches = engine.commands();
    assertThat(branches).hasSize(3);
    engine.define(version(2, MORE, 0));
    engine.define(version(3, MORE, 2));
    engine.events();

    engine.migrate("w", 3, false);
    assertThat(engine.events()).singleElement().satisfies(ForEachMigrationTest::isRefused);
    branches.forEach(this::succeed);
    StepCommand last = engine.commands().getFirst();
    assertThat(last.getStep()).isEqualTo("last");
    engine.events();
    engine.migrate("w", 2, false);
    assertThat(engine.events()).singleElement().satisfies(ForEachMigrationTest::isRefused);

    engine.migrate("w", 3, false);
    StepCommand more = engine.commands().getFirst();
    assertThat(more.getStep()).isEqualTo("more");
    succeed(branches.getFirst()); // is told again, and too late
    succeed(last);
    succeed(more);
    assertThat(engine.eventTypes())
        .startsWith(EventType.WORKFLOW_MIGRATED)
        .endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  private static WorkflowDefinition version(int version, StepDefinition more, int at) {
    List<StepDefinition> steps = new ArrayList<>(FIRST.steps());
    steps.add(at, more);
    return WorkflowDefinition.of(FIRST.name(), version, Duration.ZERO, RetryPolicy.NONE, steps);
  }

  private static void isRefused(WorkflowEvent event) {
    assertThat(event.getType()).isEqualTo(EventType.CONTROL_REFUSED);
    assertThat(event.getReason()).isEqualTo("migration-branches");
  }
}
