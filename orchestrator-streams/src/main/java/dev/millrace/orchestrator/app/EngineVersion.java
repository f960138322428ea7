package dev.millrace.orchestrator.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version that this engine was built as. */
final class EngineVersion {
  private EngineVersion() {}

  static String read() {
    Properties properties = new Properties();
    try (InputStream in = EngineVersion.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("version.properties of the engine cannot be read", e);
    }
    return properties.getProperty("version");
  }
}
