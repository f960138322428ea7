package dev.millrace.cli.deadletters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LetterCodesTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|");

  @Test
  void theyAreThoseOfTheContract() throws IOException {
    String page = Files.readString(Path.of("../docs/CONTRACT.md"));
    int table = page.indexOf("\n## Dead letters");
    List<String> documented =
        ROW.matcher(page.substring(table, page.indexOf("\n## ", table + 1)))
            .results()
            .map((MatchResult row) -> row.group(1))
            .toList();

    assertThat(LetterCodes.all()).containsExactlyInAnyOrderElementsOf(documented);
  }

  @Test
  void codeThatNoLetterHasIsRefusedWithTheNearestAndAllOthers() {
    for (String command : new String[] {"list", "redrive"}) {
      CliRun run = CliRun.of("dead-letters", command, "--code", "malfromed");

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err())
          .contains("'--code'")
          .contains("no dead letter has the code 'malfromed'; it may be 'malformed'. There are")
          .contains("There are definition-changed, definition-missing, id-is-a-schedule,");
    }
  }
}
