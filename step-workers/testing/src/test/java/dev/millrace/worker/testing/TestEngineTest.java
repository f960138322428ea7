package dev.millrace.worker.testing;

import static dev.millrace.worker.testing.WorkflowAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.definition.WorkflowDefinitions;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.WorkerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestEngineTest {
  private static final String ONE_STEP =
      """
      {"name": "one", "version": 1, "output": "${steps.only.output}",
       "steps": [{"id": "only", "queue": "fast"}]}
      """;

  private static Consumer<WorkerBuilder> answering(String type, Object answer) {
    return worker -> worker.handler(type, context -> StepResult.succeeded(answer));
  }

  @Test
  void definitionsComeFromFilesTextsAndJava(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("two.yaml"), "name: two\nversion: 1\nsteps: [{id: only}]\n");
    try (TestEngine engine =
        TestEngine.builder()
            .definition(ONE_STEP)
            .definition(file)
            .definition(WorkflowDefinitions.define("three", 1).step("only").build())
            .worker(answering("only", 1))
            .build()) {
      for (String definition : List.of("one", "two", "three")) {
        assertThat(engine.start(definition).await()).succeeded();
      }
    }
  }

  @Test
  void definitionThatIsWrongIsRefusedWithAllThatIsWrong() {
    assertThatThrownBy(
            () ->
                TestEngine.builder()
                    .definition("name: x\nversion: 0\nsteps: [{id: a, dependsOn: [b]}]"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("definition:2:")
        .hasMessageContaining("definition:3:");
  }

  @Test
  void queuesHaveTheirOwnWorkers() {
    try (TestEngine engine =
        TestEngine.builder()
            .definition(ONE_STEP)
            .worker("fast", answering("only", "fast"))
            .worker(answering("only", "any"))
            .build()) {
      assertThat(engine.start("one").await()).returned("fast");
    }
  }

  @Test
  void startIsRejectedWhereNoWorkerServesAQueue() {
    try (TestEngine engine =
        TestEngine.builder()
            .definition(ONE_STEP)
            .worker("slow", answering("only", "slow"))
            .build()) {
      TestWorkflow workflow = engine.start("one").await();
      assertThat(workflow).hasState(WorkflowState.REJECTED);
      assertThat(workflow.failure())
          .hasValueSatisfying(failure -> assertThat(failure.getMessage()).contains("fast"));
      assertThat(engine.deadLetters()).singleElement().asString().contains("start-rejected");
    }
  }

  @Test
  void decoratorsAndChecksOfResultsAreThoseOfTheWorker() {
    List<String> seen = new ArrayList<>();
    try (TestEngine engine =
        TestEngine.builder()
            .definition(ONE_STEP)
            .worker(
                worker ->
                    worker
                        .handler("only", context -> StepResult.succeeded(new byte[2 << 20]))
                        .around(
                            (type, handler) ->
                                context -> {
                                  seen.add("before " + type);
                                  return handler.handle(context);
                                }))
            .build()) {
      assertThat(engine.start("one").await()).failedWith("worker.output-too-large");
      assertThat(seen).containsExactly("before only");
    }
  }

  @Test
  void childWorkflowsAndBranchesRun() {
    String parent =
        """
        name: parent
        version: 1
        output: "${steps.sum.output}"
        steps:
          - id: double
            forEach: {items: input, batchSize: 2}
          - id: child
            dependsOn: [double]
            workflow: {definition: one}
          - id: sum
            dependsOn: [child]
            set: "${steps.child.output}"
        """;
    try (TestEngine engine =
        TestEngine.builder()
            .definition(ONE_STEP)
            .definition(parent)
            .worker(
                worker ->
                    worker
                        .handler(
                            "only",
                            context -> StepResult.succeeded("child of " + context.workflowId()))
                        .handler(
                            "double",
                            context ->
                                StepResult.batch(
                                    context.items(Integer.class).stream()
                                        .<StepResult>map(item -> StepResult.succeeded(2 * item))
                                        .toList())))
            .build()) {
      engine.faults("double").onBranch(1).killWorker();
      TestWorkflow workflow = engine.start("parent", List.of(1, 2, 3)).await();
      assertThat(workflow).succeeded().completed("double", "child", "sum");
      assertThat(workflow).hasHandlerCalls("double", 3);
      assertThat(engine.ids()).hasSize(2);
    }
  }

  @Test
  void everyRunIsTheSame() {
    assertThat(eventsOfARun()).isEqualTo(eventsOfARun());
  }

  private static List<String> eventsOfARun() {
    try (TestEngine engine =
        TestEngine.builder()
            .definition(
                """
                name: parallel
                version: 1
                retry: {maxAttempts: 5, initialInterval: 1s}
                steps:
                  - {id: a}
                  - {id: b, queue: other}
                  - {id: c}
                  - {id: join, dependsOn: [a, b, c]}
                """)
            .worker(
                worker ->
                    List.of("a", "b", "c", "join")
                        .forEach(
                            type ->
                                worker.handler(
                                    type,
                                    context ->
                                        context.attempt() < 3
                                            ? StepResult.failed("Flaky", "")
                                            : StepResult.succeeded(type))))
            .startAt(Instant.parse("2030-05-06T07:08:09Z"))
            .build()) {
      TestWorkflow workflow =
          engine.send(
              "same", WorkflowStart.newBuilder().setDefinition("parallel").setPriority(7).build());
      return List.of(workflow.await().log().split("\n"));
    }
  }

  @Test
  void assertionsThatDoNotHoldSayWhatIsAndShowTheEvents() {
    try (TestEngine engine =
        TestEngine.builder().definition(ONE_STEP).worker(answering("only", 1)).build()) {
      TestWorkflow workflow = engine.start("one").await();
      assertThatThrownBy(() -> assertThat(workflow).hasAttempts("only", 2))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("attempts of step 'only': expected 2, but was 1")
          .hasMessageContaining("STEP_SUCCEEDED");
      assertThatThrownBy(
              () ->
                  assertThat(workflow)
                      .hasEvents(EventType.WORKFLOW_SUCCEEDED, EventType.STEP_SUCCEEDED))
          .hasMessageContaining("no STEP_SUCCEEDED");
      assertThatThrownBy(() -> assertThat(workflow).returned("text"))
          .isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> workflow.output("absent", String.class))
          .hasMessageContaining("there is none");
    }
  }
}
