package dev.millrace.orchestrator.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkflowFilterTest {
  private static final long NOON = Instant.parse("2026-01-01T12:00:00Z").toEpochMilli();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "status=FAILED | true",
        "status=failed | true",
        "status=RUNNING | false",
        "definition=order | true",
        "definition=order/7 | true",
        "definition=order/2 | false",
        "definition=other | false",
        "tenant=acme | true",
        "tenant= | false",
        "failure=ValidationError | true",
        "failure=Validation | false",
        "started-before=2026-01-01T13:00:00+01:00 | false",
        "started-before=2026-01-01T13:00:01+01:00 | true",
        "started-after=2026-01-01T12:00:00Z | true",
        "started-after=2026-01-01T12:00:01Z | false",
      })
  void everyPartMustFit(String part, boolean fits) {
    CompiledDefinition definition = Definitions.of(Definitions.step("a"));
    PackedWorkflow workflow = failed(definition);
    int equals = part.indexOf('=');
    String value = part.substring(equals + 1);
    WorkflowFilter filter = WorkflowFilter.of(Map.of(part.substring(0, equals), value));

    assertThat(filter.fits(workflow)).isEqualTo(fits);
    assertThat(WorkflowFilter.ALL.fits(workflow)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "state | RUNNING | filter 'state' is not known; there are definition, failure",
        "status | DONE | status 'DONE': must be one of RUNNING, SUCCEEDED",
        "status | ABSENT | status 'ABSENT': must be one of",
        "definition | order/x | definition 'order/x': after the slash comes a version",
        "definition | order/0 | definition 'order/0': versions start at 1",
        "started-before | yesterday | started-before 'yesterday': must be a time such as 2026",
      })
  void whatMakesNoSenseIsRefusedByName(String name, String value, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkflowFilter.of(Map.of(name, value)))
        .withMessageStartingWith(message);
  }

  private static PackedWorkflow failed(CompiledDefinition definition) {
    PackedWorkflow workflow = PackedWorkflow.absent();
    WorkflowStarted started =
        new WorkflowStarted(definition.name(), definition.version(), null, "acme", 5, 0, null);
    Failure failure = new Failure("ValidationError", "no address", false);
    Evolver.evolve(definition, workflow, started, NOON);
    Evolver.evolve(definition, workflow, new WorkflowEnded(WorkflowStatus.FAILED, failure), NOON);
    return workflow;
  }
}
