package dev.millrace.cli.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerCommandTest {
  /** Handlers whose class is X, with a statement in place of the registration. */
  private static final String SOURCE =
      """
      package org.acme;

      import dev.millrace.worker.*;
      import java.util.Map;

      public final class X implements dev.millrace.worker.spi.StepHandlers {
        @Override
        public void addTo(WorkerBuilder worker, Map<String, String> settings) throws Exception {
          %s;
        }
      }
      """;

  private static final String GOOD =
      SOURCE.formatted("worker.handler(\"pay\", c -> StepResult.succeeded())");

  @TempDir private static Path folder;
  private static Path good;

  @BeforeAll
  static void makeAJar() throws IOException {
    good = TestJar.of(folder.resolve("good.jar"), "org.acme.X", GOOD);
  }

  private static CliRun run(String... arguments) {
    return CliRun.of(
        Stream.concat(
                Stream.of(
                    "worker",
                    "--bootstrap-servers",
                    "127.0.0.1:1",
                    "--schema-registry",
                    "mock://worker"),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static void assertRefused(int exitCode, Path jar, String... parts) {
    CliRun run = run("--queue", "q", "--jar", jar.toString());
    assertThat(run.err()).startsWith("millrace: ").contains(jar.toString()).contains(parts);
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void fileThatIsNoJarIsNamedWithTheReason() throws IOException {
    assertRefused(1, folder.resolve("absent.jar"), "does not exist");
    assertRefused(1, Files.writeString(folder.resolve("text.jar"), "no zip"), "is no jar (");
    assertRefused(1, Files.createDirectory(folder.resolve("empty")), "has 0 jars");
  }

  @Test
  void jarWithoutHandlersIsToldWhatItNeeds() throws IOException {
    assertRefused(
        1,
        TestJar.of(folder.resolve("none.jar"), "", "org.acme.X", GOOD),
        "has no handlers; it must name a class that implements dev.millrace.worker.spi.StepHandlers"
            + " in META-INF/services/dev.millrace.worker.spi.StepHandlers");
    assertRefused(
        1,
        TestJar.of(folder.resolve("idle.jar"), "org.acme.X", SOURCE.formatted("return")),
        "has no handlers; org.acme.X adds none to the worker");
  }

  @Test
  void handlersThatCannotBeLoadedAreNamedWithTheReason() throws IOException {
    assertRefused(
        1,
        TestJar.of(folder.resolve("typo.jar"), "org.acme.Y", "org.acme.X", GOOD),
        "cannot be loaded",
        "org.acme.Y not found");
    assertRefused(
        1,
        TestJar.of(
            folder.resolve("other.jar"), "org.acme.X", "package org.acme; public final class X {}"),
        "cannot be loaded",
        "org.acme.X not a subtype");
    assertRefused(
        1,
        TestJar.of(
            folder.resolve("throws.jar"),
            "org.acme.X",
            SOURCE.formatted("throw new java.io.IOException(\"no bank\")")),
        "its handlers failed: java.io.IOException: no bank");
  }

  @Test
  void libraryThatIsNotInTheJarIsMissedEvenIfTheProgramHasIt() throws IOException {
    assertRefused(
        1,
        TestJar.of(
            folder.resolve("needy.jar"),
            "org.acme.X",
            SOURCE.formatted("picocli.CommandLine.usage(worker, System.out)")),
        "its handlers failed: java.lang.NoClassDefFoundError: picocli/CommandLine");
  }

  @Test
  void stepTypeOfTwoJarsIsRefused() throws IOException {
    Path second = TestJar.of(folder.resolve("second.jar"), "org.acme.X", GOOD);
    CliRun run = run("--queue", "q", "--jar", good.toString(), "--jar", second.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(second.toString(), "step type 'pay': has two handlers");
  }

  private static void assertWrongUse(String part, String... arguments) {
    CliRun run = run(arguments);
    assertThat(run.err()).startsWith("millrace: ").contains(part);
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void settingThatMakesNoSenseIsWrongUse() throws IOException {
    String jar = good.toString();
    assertWrongUse("--jar", "--queue", "q");
    assertWrongUse("no queue to work for: give --queue NAME", "--jar", jar);
    assertWrongUse("queue 'Q'", "--jar", jar, "--queue", "Q");
    for (List<String> each :
        List.of(
            List.of("slots=0", "slots: 0: must be 1 to"),
            List.of("slots.charge=1", "slots of step type 'charge': there is no handler"),
            List.of("in.key.order=yes", "in.key.order 'yes': must be true or false"),
            List.of("slots=many", "slots 'many': must be a number"),
            List.of("profile=fast", "must be one of [latency, throughput, small]"),
            List.of("drain.timeout.ms=-1", "drain.timeout.ms '-1'"),
            List.of("share.readers=0", "readers 0: must be 1 to 256"),
            List.of("kafka.acks=1", "client setting 'acks'"),
            List.of("slot=1", "settings [slot]: unknown; known are"))) {
      assertWrongUse(each.get(1), "--jar", jar, "--queue", "q", "--set", each.get(0));
    }
    assertWrongUse("readers 300", "--jar", jar, "--queue", "q", "--share-group=300");
    assertWrongUse(
        "a share group has no order",
        "--jar",
        jar,
        "--queue",
        "q",
        "--share-group",
        "--set",
        "in.key.order=true");
    Path config = folder.resolve("worker.properties");
    assertWrongUse("does not exist", "--jar", jar, "--config", config.toString());
    Files.writeString(config, "queue=q\nslots=0\n");
    assertWrongUse("slots: 0", "--jar", jar, "--config", config.toString());
  }
}
