package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Decisions.compiled;
import static dev.millrace.orchestrator.core.decide.Decisions.effects;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.WorkflowAndChunks;
import dev.millrace.orchestrator.core.WorkflowAndChunks.Command;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of commands that definitions give. */
class AffinityTest extends BranchesCase {
  private static final String INPUT =
      "{\"customer\": \"c-1\", \"number\": 7, \"none\": \"\", \"list\": [1]}";

  private static StepAction work(@Nullable String affinity) {
    return new StepAction.Work("type", "queue", null, affinity);
  }

  private static TestWorkflow workflow(TestStep... steps) {
    return new TestWorkflow(
        compiled(List.of(steps).stream().map(TestStep::build).toArray(StepDefinition[]::new)));
  }

  private static Decision start(TestWorkflow workflow) {
    return workflow.start(payload(INPUT), "acme", 0);
  }

  private static List<@Nullable String> keys(Decision decision) {
    return effects(decision).stream()
        .filter(DispatchStep.class::isInstance)
        .<@Nullable String>map(effect -> ((DispatchStep) effect).affinityKey())
        .toList();
  }

  private static List<@Nullable String> keys(List<Command> commands) {
    return commands.stream()
        .<@Nullable String>map(command -> command.dispatch().affinityKey())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "${input.customer},c-1",
    "customer ${input.customer}/${input.number},customer c-1/7",
    "${input.number},7",
    "${workflow.tenant},acme",
    "always the same,always the same"
  })
  void theKeyOfACommandIsWhatTheDefinitionSays(String affinity, String key) {
    assertThat(keys(start(workflow(TestStep.of("a").does(work(affinity)))))).containsExactly(key);
  }

  @Test
  void withoutAffinityACommandHasNoKeyOfTheDefinition() {
    assertThat(keys(start(workflow(TestStep.of("a"))))).containsExactly((String) null);
  }

  @Test
  void theKeyMayComeFromAnOutputThatNothingElseReads() {
    TestWorkflow workflow =
        workflow(
            TestStep.of("a"),
            TestStep.of("b", "a")
                .does(new StepAction.Work("type", "queue", "1", "${steps.a.output.id}")));
    start(workflow);

    assertThat(keys(workflow.succeed("a", 1, payload("{\"id\": \"x\"}")))).containsExactly("x");
  }

  @Test
  void theCommandOfARetryHasTheSameKey() {
    TestWorkflow workflow = workflow(TestStep.of("a").does(work("${input.customer}")).retry(TWICE));
    start(workflow);
    workflow.fail("a", 1, FLAKY);

    assertThat(keys(workflow.after(1_000).fireTimer())).containsExactly("c-1");
  }

  @Test
  void aKeyMayHave256BytesAndNoMore() {
    String longest = "\u00e9".repeat(128);
    assertThat(keys(start(workflow(TestStep.of("a").does(work(longest))))))
        .containsExactly(longest);

    assertThat(whyItFails("a" + longest))
        .isEqualTo(
            new Failure(
                Failure.AFFINITY,
                "the affinity of the step has 257 bytes, or control characters; give it 1 to 256 bytes",
                false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"${input.none}", "a\tb", "a\u007f", "${input.customer}\n"})
  void aTextThatCannotBeAKeyFailsTheStep(String affinity) {
    assertThat(whyItFails(affinity).type()).isEqualTo(Failure.AFFINITY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"${input.unknown}", "${input.list}", "${item}"})
  void anExpressionWithoutAValueFailsTheStep(String affinity) {
    assertThat(whyItFails(affinity).type()).isEqualTo(Failure.EXPRESSION);
  }

  private static Failure whyItFails(String affinity) {
    Decision decision = start(workflow(TestStep.of("a").does(work(affinity)).retry(TWICE)));
    assertThat(keys(decision)).isEmpty();
    assertThat(Decisions.events(decision)).noneMatch(StepDispatched.class::isInstance);
    return Decisions.events(decision).stream()
        .filter(StepFailed.class::isInstance)
        .map(event -> ((StepFailed) event).failure())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aBranchHasTheKeyOfItsItem() {
    WorkflowAndChunks workflow =
        over("[\"x\", \"y\", \"x\"]", each(0, 1, 0).does(work("${item}-${index % 2}")));

    assertThat(keys(workflow.commands())).containsExactly("x-0", "y-1", "x-0");

    workflow.fail(1, 1, FLAKY);
    workflow.after(1_000).fireTimer(0);
    assertThat(keys(workflow.commands())).containsExactly("y-1");
  }

  @Test
  void aBranchWhoseKeyIsBadFailsAlone() {
    WorkflowAndChunks workflow = over("[\"x\", \"\"]", each(0, 1, 1).does(work("${item}")));

    assertThat(keys(workflow.commands())).containsExactly("x");
    assertThat(workflow.branchEvents())
        .filteredOn(StepFailed.class::isInstance)
        .singleElement()
        .extracting(event -> ((StepFailed) event).failure().type())
        .isEqualTo(Failure.AFFINITY);
    workflow.succeed(0, 1, payload("1"));
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.RUNNING);
    assertThat(handedOn(workflow))
        .isEqualTo("{\"count\":2,\"succeeded\":1,\"failed\":1,\"results\":[1,null]}");
  }

  @Test
  void aBatchHasOneKey() {
    WorkflowAndChunks workflow =
        over("[1, 2, 3]", each(0, 2, 0).does(work("${workflow.tenant}-${input[2]}")));

    assertThat(keys(workflow.commands())).containsExactly("acme-3", "acme-3");

    workflow.reportBatch(0, 1, good("1"), bad(FLAKY));
    workflow.after(1_000).fireTimer(0);
    assertThat(keys(workflow.commands())).containsExactly("acme-3");
  }

  @Test
  void theKeyOfABatchHasNoItemAtHand() {
    WorkflowAndChunks workflow = over("[1, 2, 3, 4]", each(0, 2, 0).does(work("${item}")));

    assertThat(workflow.commands()).isEmpty();
    assertThat(workflow.branchEvents())
        .filteredOn(StepFailed.class::isInstance)
        .extracting(event -> ((StepFailed) event).failure().type())
        .containsOnly(Failure.EXPRESSION)
        .isNotEmpty();
  }
}
