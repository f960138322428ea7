package dev.millrace.orchestrator.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
  @Test
  void everySettingIsOnThePageAsItIsDefined() throws IOException {
    assertThat(Files.readString(Path.of("../docs/CONFIGURATION.md")))
        .as("docs/CONFIGURATION.md, whose table is EngineConfig.reference()")
        .contains(EngineConfig.reference());
  }
}
