package dev.millrace.orchestrator.topology;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test on a driven engine of its own. */
abstract class DrivenEngineCase {
  @TempDir protected Path folder;
  protected DrivenEngine engine;

  @BeforeEach
  void startEngine() {
    engine = new DrivenEngine(folder);
  }

  @AfterEach
  void stopEngine() {
    engine.close();
  }
}
