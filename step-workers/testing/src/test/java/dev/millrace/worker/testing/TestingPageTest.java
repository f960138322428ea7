package dev.millrace.worker.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TestingPageTest {
  private final String page = read("../../docs/TESTING.md");

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void exampleIsATestThatRuns() {
    String test = read("src/test/java/dev/millrace/worker/testing/OrderWorkflowTest.java");
    assertThat(page).contains(test.substring(test.indexOf("import ")).strip());
  }

  @Test
  void everyFaultIsOnThePage() {
    assertThat(StepFaults.class.getDeclaredMethods())
        .filteredOn(method -> Modifier.isPublic(method.getModifiers()))
        .extracting(Method::getName)
        .allSatisfy(name -> assertThat(page).contains("`" + name + "("));
  }

  @Test
  void everyWayToRunIsOnThePage() {
    assertThat(Arrays.stream(TestEngine.class.getMethods()).map(Method::getName))
        .filteredOn(name -> name.startsWith("run") || name.equals("advance"))
        .allSatisfy(name -> assertThat(page).contains("`" + name));
  }
}
