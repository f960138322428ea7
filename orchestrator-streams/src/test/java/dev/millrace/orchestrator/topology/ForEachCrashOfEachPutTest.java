package dev.millrace.orchestrator.topology;

import org.junit.jupiter.api.BeforeEach;

/** The same where each change is written by itself, as it is when the cache is used up. */
class ForEachCrashOfEachPutTest extends ForEachCrashTest {
  @Override
  @BeforeEach
  void startEngine() {
    engine = new DrivenEngine(folder, 0);
  }
}
