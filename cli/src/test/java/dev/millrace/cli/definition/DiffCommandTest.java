package dev.millrace.cli.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffCommandTest {
  private static final String FIRST =
      """
      name: order
      version: 1
      timeout: 1h
      steps:
        - id: pay
          retry: {maxAttempts: 3}
        - id: mail
        - id: ship
          dependsOn: [pay]
      """;

  private static final String SECOND =
      """
      name: order
      version: 2
      timeout: 2h
      steps:
        - id: pay
          retry: {maxAttempts: 5}
        - id: check
          queue: risk
        - id: ship
          dependsOn: [pay, check]
          timeout: 30s
      """;

  @TempDir private Path folder;

  @Test
  void differencesAreShownStepByStepAndTheExitCodeSaysSo() throws IOException {
    CliRun run = CliRun.of("diff", write("a.yaml", FIRST), write("b.yaml", SECOND));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
    assertThat(run.out().lines().map(line -> line.replace(folder + "/", "")))
        .containsExactly(
            "--- order/1 (a.yaml)",
            "+++ order/2 (b.yaml)",
            "~ timeout: 1h -> 2h",
            "~ step pay",
            "    retry.maxAttempts: 3 -> 5",
            "- step mail",
            "~ step ship",
            "    dependsOn: [pay] -> [pay, check]",
            "    timeout: (none) -> 30s",
            "+ step check: type check, queue risk");
  }

  @Test
  void differencesAreOneJsonObjectToo() throws IOException {
    CliRun run = CliRun.of("diff", "--json", write("a.yaml", FIRST), write("b.yaml", SECOND));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .startsWith("{\"before\":\"order/1 (")
        .contains(
            "{\"change\":\"CHANGED\",\"field\":\"timeout\",\"before\":\"1h\",\"after\":\"2h\"}")
        .contains(
            "{\"change\":\"CHANGED\",\"step\":\"ship\",\"field\":\"dependsOn\",\"before\":[\"pay\"],\"after\":[\"pay\",\"check\"]}")
        .contains(
            "{\"change\":\"REMOVED\",\"step\":\"mail\",\"before\":{\"type\":\"mail\",\"queue\":\"default\"}}");
  }

  @Test
  void sameContentUnderAnotherVersionIsNoDifference() throws IOException {
    CliRun run =
        CliRun.of(
            "diff",
            write("a.yaml", FIRST),
            write("b.yaml", FIRST.replace("version: 1", "version: 9")));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("have the same content");
  }

  @Test
  void whatIsNoDefinitionIsNoDifferenceEither() throws IOException {
    String good = write("a.yaml", FIRST);

    CliRun absent = CliRun.of("diff", good, "absent.yaml");
    assertThat(absent.exitCode()).isEqualTo(2);
    assertThat(absent.err()).contains("file absent.yaml does not exist");
    CliRun bad = CliRun.of("diff", good, write("b.yaml", "name: x\n"));
    assertThat(bad.exitCode()).isEqualTo(2);
    assertThat(bad.err()).contains("b.yaml:1:").contains("there is nothing to compare");
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }
}
