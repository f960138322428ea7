package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MillraceTest {
  @Test
  void tellsItsVersion() {
    assertThat(CliRun.of("--version").out()).matches("millrace \\d\\S* \\(Java \\d+\\S*\\)\\R");
  }

  @Test
  void wrongUseIsOneSentenceAndExitCode2() {
    CliRun run = CliRun.of("topics", "apply", "--no-such-option");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("millrace: Unknown option: '--no-such-option' (see 'millrace topics apply")
        .doesNotContain("\tat ");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void failureIsOneSentenceAndExitCode1AndVerboseShowsWhere() {
    CliRun run = CliRun.of("status", "w", "--http", "http://127.0.0.1:1");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("millrace: engine http://127.0.0.1:1: does not answer")
        .hasLineCount(1);
    assertThat(CliRun.of("--verbose", "status", "w", "--http", "http://127.0.0.1:1").err())
        .contains("\tat dev.millrace.cli.");
  }

  @Test
  void everyCommandHasHelp() {
    for (String command :
        new String[] {
          "topics", "engine", "start", "status", "list", "cancel", "events", "topics apply"
        }) {
      String[] words = (command + " --help").split(" ");
      CliRun run = CliRun.of(words);

      assertThat(run.exitCode()).as(command).isZero();
      assertThat(run.out()).contains("Usage: millrace " + command);
    }
  }
}
