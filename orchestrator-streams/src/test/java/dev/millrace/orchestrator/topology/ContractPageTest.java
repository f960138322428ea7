package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.schedule.ScheduleRefusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ContractPageTest {
  @ParameterizedTest
  @EnumSource(Refusal.class)
  void everyCodeOfARefusalIsOnThePage(Refusal refusal) throws IOException {
    assertIsOnThePage(refusal.code(), refusal.isExpected());
  }

  @ParameterizedTest
  @EnumSource(ScheduleRefusal.class)
  void everyCodeOfARefusalOfAScheduleIsOnThePage(ScheduleRefusal refusal) throws IOException {
    assertIsOnThePage(refusal.code(), refusal.isExpected());
  }

  private static void assertIsOnThePage(String code, boolean expected) throws IOException {
    String page = Files.readString(Path.of("../docs/CONTRACT.md"));

    assertThat(page)
        .as("docs/CONTRACT.md, dead letters")
        .contains(expected ? "`" + code + "`" : "\n| `" + code + "` |");
  }
}
