package dev.millrace.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher itself, with a JDK and a Maven that only say what they were asked to do. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "millrace");

  @TempDir private Path temporary;
  private Path root;
  private Path source;

  /** How a start ended. */
  private record Run(int exitCode, String out, String err) {}

  @BeforeEach
  void makeCheckout() throws IOException {
    root = Files.createDirectories(temporary.resolve("a check out"));
    Files.copy(LAUNCHER, root.resolve("millrace"));
    Files.setPosixFilePermissions(
        root.resolve("millrace"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(root.resolve("pom.xml"), "<modules>\n  <module>cli</module>\n</modules>\n");
    source = root.resolve("cli/src/main/java/A.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class A {}");
    Files.writeString(root.resolve("cli/pom.xml"), "<project/>");
    jdk("jdks/a jdk", "25.0.1");
    jdk("on-path", "21.0.1");
    script(
        temporary.resolve("mvn"),
        """
        if [ "$1" = -v ]; then echo "Apache Maven 3.9.1"; exit 0; fi
        if [ -e fail ]; then echo "[ERROR] A.java: semicolon missing"; exit 1; fi
        echo build >>builds
        echo "[INFO] Building Millrace :: CLI 0.1.0-SNAPSHOT      [1/1]"
        sleep 1
        mkdir -p cli/target/program/lib cli/target/program/app
        : >cli/target/program/millrace-cli-0.1.0.jar
        : >cli/target/program/app/millrace-schemas-0.1.0.jar
        """);
  }

  @Test
  void firstStartBuildsAndLaterOnesDoNot() throws Exception {
    Run first = run(root.resolve("millrace"), "status", "a b");
    Run second = run(root.resolve("millrace"), "status");

    assertThat(first.exitCode()).isEqualTo(7);
    assertThat(first.out()).contains("[dev.millrace.cli.Millrace][status][a b]");
    assertThat(first.err()).contains("[1/1] Millrace :: CLI").contains("built in");
    assertThat(second.out()).contains("[status]");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void changedAndDeletedSourcesAreBuiltAgain() throws Exception {
    run(root.resolve("millrace"));
    touchInTheFuture(source);
    run(root.resolve("millrace"));
    assertThat(builds()).isEqualTo(2);

    Files.setLastModifiedTime(source, FileTime.from(Instant.now().minusSeconds(60)));
    touchInTheFuture(source.resolveSibling("."));
    run(root.resolve("millrace"));
    assertThat(builds()).isEqualTo(3);
  }

  @Test
  void worksThroughALinkFromAnotherFolder() throws Exception {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), root.resolve("millrace"));
    Path linkToLink = Files.createSymbolicLink(temporary.resolve("again"), Path.of("link"));

    assertThat(run(linkToLink, "x").out()).contains("[dev.millrace.cli.Millrace][x]");
    assertThat(link).isSymbolicLink();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void startsAtTheSameTimeBuildOnce() throws Exception {
    List<Process> starts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      starts.add(start(Map.of(), root.resolve("millrace"), "x"));
    }
    for (Process start : starts) {
      assertThat(finish(start).exitCode()).isEqualTo(7);
    }
    assertThat(builds()).isEqualTo(1);
    assertThat(root.resolve(".millrace/build.lock")).doesNotExist();
  }

  @Test
  void lockOfADeadStartIsTakenAway() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path lock = Files.createDirectories(root.resolve(".millrace/build.lock"));
    Files.writeString(lock.resolve("pid"), dead.pid() + "\n");

    assertThat(run(root.resolve("millrace")).exitCode()).isEqualTo(7);
  }

  @Test
  void failedBuildShowsItsErrorsAndIsTriedAgain() throws Exception {
    Files.writeString(root.resolve("fail"), "");
    Run failed = run(root.resolve("millrace"));

    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err()).contains("the build failed").contains("semicolon missing");

    Files.delete(root.resolve("fail"));
    assertThat(run(root.resolve("millrace")).exitCode()).isEqualTo(7);
  }

  @Test
  void missingJdkIsNamedWithWhatWasFound() throws Exception {
    jdk("jdks/a jdk", "17.0.2");
    Path old = jdk("old", "21.0.1");

    Run run = run(Map.of("JAVA_HOME", old.toString()), root.resolve("millrace"), "x");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("a JDK 25 or newer is needed, and none was found")
        .contains("JAVA_HOME is " + old + " (version 21)")
        .contains("apt install openjdk-25-jdk")
        .contains("MILLRACE_JAVA_HOME");
  }

  @Test
  void unfitJavaHomeIsPassedOverButAnUnfitMillraceJavaHomeIsAnError() throws Exception {
    Path old = jdk("old", "21.0.1");

    assertThat(run(Map.of("JAVA_HOME", old.toString()), root.resolve("millrace")).exitCode())
        .isEqualTo(7);
    Run wrong = run(Map.of("MILLRACE_JAVA_HOME", old.toString()), root.resolve("millrace"));
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err()).contains("no JDK 25 or newer (version 21)");
  }

  @Test
  void missingOrOldMavenIsNamed() throws Exception {
    Run missing = run(Map.of("MILLRACE_MVN", "no-such-mvn"), root.resolve("millrace"));
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("Maven 3.8.7 or newer").contains("no 'no-such-mvn'");

    Path old = temporary.resolve("old-mvn");
    script(old, "echo 'Apache Maven 3.6.3'\n");
    Run tooOld = run(Map.of("MILLRACE_MVN", old.toString()), root.resolve("millrace"));
    assertThat(tooOld.exitCode()).isEqualTo(1);
    assertThat(tooOld.err()).contains("is 3.6.3");
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = Files.createDirectories(temporary.resolve(name));
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    script(home.resolve("bin/javac"), "exit 0\n");
    script(
        home.resolve("bin/java"),
        """
        for argument; do printf '[%s]' "$argument"; done
        exit 7
        """);
    return home;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void touchInTheFuture(Path path) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(2)));
  }

  private int builds() throws IOException {
    return Files.readAllLines(root.resolve("builds")).size();
  }

  private Run run(Path launcher, String... arguments) throws Exception {
    return run(Map.of(), launcher, arguments);
  }

  private Run run(Map<String, String> environment, Path launcher, String... arguments)
      throws Exception {
    return finish(start(environment, launcher, arguments));
  }

  private Process start(Map<String, String> environment, Path launcher, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(temporary.toFile());
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH", temporary.resolve("on-path/bin") + ":/usr/bin:/bin",
                "HOME", temporary.toString(),
                "MILLRACE_JDK_FOLDERS", temporary.resolve("jdks").toString(),
                "MILLRACE_MVN", temporary.resolve("mvn").toString()));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Run finish(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), out, err);
  }
}
