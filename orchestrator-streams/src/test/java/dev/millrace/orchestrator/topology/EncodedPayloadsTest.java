package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepOutput;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Payloads that only workers can read, on their way through the engine. */
class EncodedPayloadsTest extends ForEachCase {
  private static final DefinitionParser PARSER = new DefinitionParser(new CelExpressions());
  private static final Payload SEALED =
      new Payload(
          "application/vnd.millrace.encoded; by=aes-gcm",
          ByteBuffer.wrap("{\"coding\":\"aes-gcm\",\"type\":\"\"}\nxyz".getBytes(UTF_8)));

  private void define(String steps) {
    String yaml = "name: order\nversion: 1\nqueue: queue\nsteps:\n" + steps;
    switch (PARSER.parse(yaml.getBytes(UTF_8))) {
      case ParsedDefinition.Accepted accepted -> engine.define(accepted.definition());
      case ParsedDefinition.Refused refused ->
          throw new AssertionError(refused.problems().toString());
    }
  }

  private Failure stepFailure() {
    return engine.events().stream()
        .filter(event -> event.getType() == EventType.STEP_FAILED)
        .findFirst()
        .orElseThrow()
        .getFailure();
  }

  @Test
  void inputsAndOutputsArePassedOnAsTheyAre() {
    define(
        """
          - {id: a}
          - {id: b, dependsOn: [a]}
        """);

    engine.start("w", "order", SEALED, null);
    assertThat(engine.commands()).extracting(StepCommand::getInput).containsExactly(SEALED);
    engine.succeed("w", "a", 1, SEALED);

    StepCommand next = engine.commands().getFirst();
    assertThat(next.getInput()).isEqualTo(SEALED);
    assertThat(next.getDependencies()).extracting(StepOutput::getOutput).containsExactly(SEALED);
  }

  @Test
  void expressionThatWouldLookIntoOneFailsItsStepAndSaysWhereAndWhy() {
    define(
        """
          - {id: a}
          - {id: b, dependsOn: [a], input: {total: "${steps.a.output.total}"}}
        """);
    engine.start("w", "order");
    engine.commands();

    engine.succeed("w", "a", 1, SEALED);

    assertThat(engine.commands()).isEmpty();
    Failure failure = stepFailure();
    assertThat(failure.getType()).isEqualTo("millrace.expression");
    assertThat(failure.getMessage())
        .contains("steps.a.output.total")
        .contains("application/vnd.millrace.encoded; by=aes-gcm")
        .contains("which only workers can read");
  }

  @Test
  void mappingOfAWholeOneIsRefusedAsWell() {
    define(
        """
          - {id: a}
          - {id: b, dependsOn: [a], input: "${steps.a.output}"}
        """);
    engine.start("w", "order");
    engine.commands();

    engine.succeed("w", "a", 1, SEALED);

    assertThat(stepFailure().getMessage()).contains("which only workers can read");
  }

  @Test
  void thoseOfBranchesAreInTheListOfOutputsInTheFormOfTheContract() {
    define(
        """
          - {id: a, forEach: {items: input}}
          - {id: b, dependsOn: [a]}
          - id: c
            dependsOn: [a]
            input: {n: "${steps.a.output.results[1].?n.orValue(0)}"}
            onFailure: continue
        """);
    engine.start("w", "order", json("[1,2]"), null);
    for (StepCommand command : engine.commands()) {
      succeed(command, command.getBranch() == 0 ? null : SEALED);
    }

    List<StepCommand> commands = engine.commands();
    assertThat(commands).hasSize(1);
    assertThat(text(commands.getFirst().getDependencies().getFirst().getOutput()))
        .isEqualTo(
            "{\"count\":2,\"succeeded\":2,\"failed\":0,\"results\":[null,{\"$contentType\":\"application/vnd.millrace.encoded; by=aes-gcm\",\"$base64\":\"eyJjb2RpbmciOiJhZXMtZ2NtIiwidHlwZSI6IiJ9Cnh5eg==\"}]}");
    assertThat(stepFailure().getMessage())
        .contains("steps.a.output.results[1].?n")
        .contains("which only workers can read");
  }
}
