package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.decide.MigrationRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page about versions, against the code. */
class VersionsPageTest {
  @Test
  void everyRuleOfMigrationsIsOnThePage() throws IOException {
    String page = Files.readString(Path.of("../docs/VERSIONS.md"));

    assertThat(MigrationRule.values())
        .allSatisfy(rule -> assertThat(page).contains("\n| `" + rule.code() + "` | "));
  }
}
