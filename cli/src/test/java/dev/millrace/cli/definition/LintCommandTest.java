package dev.millrace.cli.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LintCommandTest {
  private static final String GOOD =
      """
      name: order
      version: 1
      steps:
        - id: pay
          type: pay
        - id: ship
          type: ship
          dependsOn: [pay]
      """;

  @TempDir private Path folder;

  @Test
  void goodDefinitionIsSummedUp() throws IOException {
    CliRun run = CliRun.of("lint", write("good.yaml", GOOD));

    assertThat(run.exitCode()).as(run.out()).isZero();
    assertThat(run.out()).contains("good.yaml: ok: order/1, 2 steps, 1 dependencies, 1 queues");
  }

  @Test
  void everyProblemOfEveryFileIsShown() throws IOException {
    String bad = write("bad.yaml", GOOD.replace("[pay]", "[pey, ship]"));

    CliRun run = CliRun.of("lint", bad, write("good.yaml", GOOD));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains("bad.yaml:8:")
        .contains("error: unknown-dependency")
        .contains("good.yaml: ok");
  }

  @Test
  void expressionAndSchemaThatAreNoneAreOneLineEachWithTheirField() throws IOException {
    String bad =
        write(
            "bad.yaml",
            """
            name: order
            version: 1
            steps:
              - id: pay
                when: inptu.amount > 1
              - id: approve
                signal:
                  name: approve
                  schema: {properties: {ok: {type: strng}}}
            """);

    CliRun run = CliRun.of("lint", bad);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out().lines().map(line -> line.substring(line.indexOf("bad.yaml"))))
        .containsExactly(
            "bad.yaml:5:11: error: bad-expression: steps[0].when: expression 'inptu.amount > 1' at offset 0: 'inptu' is neither a variable nor a function; did you mean 'input'? (CEL: undeclared reference to 'inptu' (in container ''))",
            "bad.yaml:9:15: error: bad-expression: steps[1].signal.schema: no JSON Schema: 'strng' at /properties/ok/type is no type; there are array, boolean, integer, null, number, object and string (validator: does not have a value in the enumeration [\"array\", \"boolean\", \"integer\", \"null\", \"number\", \"object\", \"string\"])");
  }

  @Test
  void unreadableFileIsNamed() {
    CliRun run = CliRun.of("lint", "absent.yaml");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("millrace: definition: file absent.yaml does not exist");
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }
}
