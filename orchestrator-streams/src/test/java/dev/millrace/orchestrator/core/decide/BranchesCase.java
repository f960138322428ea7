package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Decisions.compiled;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.FakeExpressions;
import dev.millrace.orchestrator.core.GivenItems;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.WorkflowAndChunks;
import dev.millrace.orchestrator.core.WorkflowAndChunks.Command;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A test of a step {@code each} that runs for each item of a list, on the core alone. */
abstract class BranchesCase {
  static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofSeconds(1), 2, Duration.ofSeconds(60), 0, List.of("fatal"));
  static final Failure FLAKY = new Failure("flaky", "broken", true);
  static final Failure FATAL = new Failure("fatal", "broken", true);
  static final Payload TOO_LARGE = new Payload("", new byte[1024 * 1024 + 1]);
  static final Payload LARGEST = new Payload("", new byte[1024 * 1024]);

  static TestStep each(int maxParallel, int batchSize, int tolerated) {
    return TestStep.of("each")
        .forEach(new ForEach("input", maxParallel, batchSize, tolerated, false))
        .retry(TWICE);
  }

  static WorkflowAndChunks over(String input, TestStep each) {
    return over(input, each, Integer.MAX_VALUE);
  }

  static WorkflowAndChunks over(String input, TestStep each, int window) {
    TestStep last =
        TestStep.of("last", "each")
            .does(new StepAction.Work("type", "queue", "\"${steps.each.output}\""));
    return new WorkflowAndChunks(compiled(each.build(), last.build()), input, window);
  }

  static WorkflowAndChunks over(int items, TestStep each) {
    return over(items, each, Integer.MAX_VALUE);
  }

  /** The same, with so many attempts that may be open at its queue. */
  static WorkflowAndChunks over(int items, TestStep each, int window) {
    return over(
        IntStream.range(0, items)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "[", "]")),
        each,
        window);
  }

  static ItemResult good(String output) {
    return new ItemResult(payload(output), null);
  }

  static ItemResult bad(Failure failure) {
    return new ItemResult(null, failure);
  }

  static String text(@Nullable Payload payload) {
    return payload == null ? "nothing" : new String(payload.data(), UTF_8);
  }

  static List<Integer> branches(List<Command> commands) {
    return commands.stream().map(Command::branch).toList();
  }

  static List<String> items(Command command) {
    return command.dispatch().items().stream().map(BranchesTest::text).toList();
  }

  static Refusal refusal(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Refused.class);
    return ((Decision.Refused) decision).reason();
  }

  /** What the step after the branches was handed. */
  static String handedOn(WorkflowAndChunks workflow) {
    List<Command> sent = workflow.commands();
    assertThat(sent).extracting(Command::step).containsExactly("last");
    return text(sent.getFirst().dispatch().input());
  }

  static Failure whyItFailed(WorkflowAndChunks workflow) {
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
    return workflow.events().stream()
        .filter(StepFailed.class::isInstance)
        .map(event -> ((StepFailed) event).failure())
        .findFirst()
        .orElseThrow();
  }

  static WorkflowAndChunks overGiven(List<Payload> items) {
    return new WorkflowAndChunks(
        CompiledDefinition.compile(
            WorkflowDefinition.of(
                "order", 7, Duration.ZERO, RetryPolicy.NONE, List.of(each(1, 1, 0).build())),
            new GivenItems(FakeExpressions.INSTANCE, items)),
        "[]");
  }
}
