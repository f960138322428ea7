package dev.millrace.orchestrator.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.Violation;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.orchestrator.core.expression.Reads;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.expression.UniformCompiler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionRulesTest {
  /**
   * Compiles lists of step ids, which are what they read, and of "item"; an exclamation mark is a
   * fault.
   */
  private static final class Ids extends UniformCompiler {
    @Override
    protected <T> Expression<T> compile(String text) throws InvalidExpressionException {
      int fault = text.indexOf('!');
      if (fault >= 0) {
        throw new InvalidExpressionException("no expression", fault);
      }
      Set<String> ids =
          Arrays.stream(text.split("[^a-z0-9]+", -1))
              .filter(id -> !id.isEmpty() && !id.equals("item"))
              .collect(Collectors.toSet());
      return new Expression<>() {
        @Override
        public T evaluate(Scope scope) {
          throw new AssertionError("a check evaluates no expression");
        }

        @Override
        public Reads reads() {
          return new Reads(false, ids, text.contains("item"));
        }
      };
    }

    @Override
    public PayloadSchema schema(String json) throws InvalidExpressionException {
      if (json.equals("!")) {
        throw new InvalidExpressionException("no schema", 0);
      }
      return PayloadSchema.ANY;
    }
  }

  private static StepDefinition step(String id, String reads, String... dependsOn) {
    return step(id, reads, Arrays.stream(dependsOn).map(Dependency::on).toList(), null, List.of());
  }

  private static StepDefinition step(
      String id,
      String reads,
      List<Dependency> dependsOn,
      @Nullable String undo,
      List<FailureRule> onFailure) {
    return new StepDefinition(
        id,
        new StepAction.Work("t", "q", reads),
        dependsOn,
        null,
        null,
        Timeouts.NONE,
        null,
        onFailure,
        null,
        null,
        undo == null ? null : new Compensation("t", "q", undo, Duration.ZERO, null),
        null,
        null);
  }

  private static List<String> check(
      @Nullable String output, List<StepDefinition> steps, List<StepDefinition> finallySteps) {
    return ExpressionRules.check(
            new WorkflowDefinition(
                "w", 1, Duration.ZERO, RetryPolicy.NONE, 0, output, steps, finallySteps),
            new Ids())
        .stream()
        .peek(violation -> assertThat(violation.message()).isNotBlank())
        .map(violation -> violation.code() + " " + violation.path())
        .toList();
  }

  private static List<String> check(StepDefinition... steps) {
    return check(null, List.of(steps), List.of());
  }

  private static StepDefinition does(StepAction action) {
    return TestStep.of("a").does(action).build();
  }

  @Test
  void theKeyOfABatchLooksAtNoItem() {
    StepAction ofItem = new StepAction.Work("t", "q", "item", "item");
    StepAction ofAll = new StepAction.Work("t", "q", "item", "");
    ForEach alone = new ForEach("", 0, 1, 0, false);
    ForEach batched = new ForEach("", 0, 2, 0, false);

    assertThat(check(TestStep.of("a").does(ofItem).forEach(alone).build())).isEmpty();
    assertThat(check(TestStep.of("a").does(ofAll).forEach(batched).build())).isEmpty();
    assertThat(check(TestStep.of("a").does(ofItem).forEach(batched).build()))
        .containsExactly("not-together steps[0].affinity");
  }

  @Test
  void whatIsNoExpressionIsNamedByItsPlace() {
    assertThat(check(does(new StepAction.SetValue("!"))))
        .containsExactly("bad-expression steps[0].set");
    assertThat(check(does(new StepAction.Work("t", "q", null, "!"))))
        .containsExactly("bad-expression steps[0].affinity");
    assertThat(check(does(new StepAction.Delay("!"))))
        .containsExactly("bad-expression steps[0].delay");
    assertThat(check(does(new StepAction.Until("!"))))
        .containsExactly("bad-expression steps[0].until");
    assertThat(check(does(new StepAction.AwaitSignal("s", "!", null))))
        .containsExactly("bad-expression steps[0].signal.schema");
    assertThat(check(does(new StepAction.StartChild("d", 0, "!", "!", false, false))))
        .containsExactly(
            "bad-expression steps[0].workflow.id", "bad-expression steps[0].workflow.input");
    assertThat(
            check(
                does(
                    new StepAction.Choose(
                        List.of(new StepAction.Case("x", "x"), new StepAction.Case("y", "!"))))))
        .contains("bad-expression steps[0].switch[1].when");
    assertThat(
            check(
                TestStep.of("a")
                    .when("!")
                    .repeat(new Repeat("!", Duration.ZERO, 1))
                    .forEach(new ForEach("!", 0, 1, 0, false))
                    .cache(new ResultCache("!", Duration.ofHours(1)))
                    .compensation(new Compensation("t", "q", "!", Duration.ZERO, null))
                    .build()))
        .containsExactlyInAnyOrder(
            "bad-expression steps[0].when",
            "bad-expression steps[0].repeat.until",
            "bad-expression steps[0].forEach.items",
            "bad-expression steps[0].cache.key",
            "bad-expression steps[0].compensate.input");
    assertThat(check(step("b", ""), TestStep.of("a").after(new Dependency("b", "!", null)).build()))
        .containsExactly("bad-expression steps[1].dependsOn[0].when");
  }

  @Test
  void aStepMayLookAtAllThatComesBeforeIt() {
    assertThat(check(step("c", "a b", "b"), step("b", "a", "a"), step("a", ""))).isEmpty();
  }

  @Test
  void aStepMayNotLookAtItselfAtWhatComesAfterOrBeside() {
    assertThat(
            check(
                step("a", "a b c d"),
                step("b", "c d", "a"),
                step("c", "", "a"),
                step("d", "", "b")))
        .containsExactlyInAnyOrder(
            "not-upstream steps[0].input",
            "not-upstream steps[0].input",
            "not-upstream steps[0].input",
            "not-upstream steps[0].input",
            "not-upstream steps[1].input",
            "not-upstream steps[1].input");
  }

  @Test
  void aRoutedFailureIsAWayToo() {
    assertThat(
            check(
                step("a", ""),
                step(
                    "b",
                    "",
                    List.of(Dependency.on("a")),
                    null,
                    List.of(new FailureRule(List.of(), new FailureRule.Reaction.Route("c")))),
                step("c", "a b")))
        .isEmpty();
  }

  @Test
  void aConditionOfADependencyLooksAtItsStepAndWhatComesBeforeThat() {
    assertThat(
            check(
                step("a", ""),
                step("b", "", "a"),
                step("c", ""),
                step(
                    "d",
                    "",
                    List.of(new Dependency("b", "a b", null), new Dependency("c", "c b", null)),
                    null,
                    List.of())))
        .containsExactly("not-upstream steps[3].dependsOn[1].when");
  }

  @Test
  void aCompensationMayLookAtWhatItUndoes() {
    assertThat(
            check(
                step("a", "", List.of(), "a", List.of()), step("b", "", List.of(), "a", List.of())))
        .containsExactly("not-upstream steps[1].compensate.input");
  }

  @Test
  void whatRunsAtTheEndMayLookAtEveryMainStep() {
    assertThat(
            check(
                "a b",
                List.of(step("a", "x"), step("b", "")),
                List.of(step("x", "a b y"), step("y", "x a", "x"))))
        .containsExactly("not-upstream steps[0].input", "not-upstream finally[0].input");
    assertThat(check("y", List.of(step("a", "")), List.of(step("y", ""))))
        .containsExactly("not-upstream output");
  }

  @Test
  void whatIsNoStepIsNamedWithTheNearest() {
    assertThat(
            ExpressionRules.check(
                WorkflowDefinition.of(
                    "w",
                    1,
                    Duration.ZERO,
                    RetryPolicy.NONE,
                    List.of(step("validate", ""), step("b", "validte", "validate"))),
                new Ids()))
        .containsExactly(
            new Violation(
                "steps[1].input",
                "unknown-reference",
                "the expression looks at the output of 'validte', which is not a step of this definition; did you mean 'validate'?"));
  }

  @Test
  void aFaultIsAtTheValueThatHasIt() {
    assertThat(check(step("a", "{\"b\":[1,{\"c\":\"x\",\"d\":\"x!\"}]}")))
        .containsExactly("bad-expression steps[0].input.b[1].d");
    assertThat(check(step("a", "!"))).containsExactly("bad-expression steps[0].input");
    assertThat(check(step("a", "[\"\\\"]\",[],{},\"!\"]")))
        .containsExactly("bad-expression steps[0].input[3]");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theOrderIsThatOfAPlainSearch(long seed) {
    Random random = new Random(seed);
    int count = 300;
    List<Set<Integer>> before = new ArrayList<>();
    List<StepDefinition> steps = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Set<Integer> parents =
          i == 0
              ? Set.of()
              : random.ints(random.nextInt(3), 0, i).boxed().collect(Collectors.toSet());
      Set<Integer> all = new HashSet<>(parents);
      parents.forEach(parent -> all.addAll(before.get(parent)));
      before.add(all);
      int read = random.nextInt(count);
      if (!all.contains(read)) {
        expected.add("not-upstream steps[%d].input".formatted(i));
      }
      steps.add(
          step(
              "s" + i,
              "s" + read,
              parents.stream().map(parent -> "s" + parent).toArray(String[]::new)));
    }

    assertThat(check(null, steps, List.of()).stream().limit(100).toList())
        .isEqualTo(expected.stream().limit(100).toList());
  }

  @Test
  void tenThousandStepsThatReadFarBackAreChecked() {
    int count = 10_000;
    List<StepDefinition> steps =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    step(
                        "s" + i,
                        i == 0 ? "" : "s" + i / 2,
                        IntStream.rangeClosed(1, Math.min(i, 5))
                            .mapToObj(back -> "s" + (i - back))
                            .toArray(String[]::new)))
            .toList();

    assertThat(check(null, steps, List.of())).isEmpty();
  }

  @Test
  void onlyTheFirstOfManyUnknownNamesGetASuggestion() {
    List<StepDefinition> steps = new ArrayList<>(List.of(step("validate", "")));
    IntStream.range(0, 21).forEach(i -> steps.add(step("s" + i, "validte", "validate")));

    List<String> messages =
        ExpressionRules.check(
                WorkflowDefinition.of("w", 1, Duration.ZERO, RetryPolicy.NONE, steps), new Ids())
            .stream()
            .map(Violation::message)
            .toList();

    assertThat(messages).hasSize(21);
    assertThat(messages.subList(0, 20))
        .allMatch(message -> message.endsWith("; did you mean 'validate'?"));
    assertThat(messages.getLast()).endsWith("; correct its id");
  }
}
