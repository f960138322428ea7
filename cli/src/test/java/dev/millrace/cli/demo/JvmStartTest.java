package dev.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

class JvmStartTest {
  /** What the shell of the test becomes. */
  static final class Print {
    private Print() {}

    public static void main(String[] arguments) {
      System.out.println(JvmStart.at().toEpochMilli());
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "exec in place of a shell is POSIX")
  void whatTheLauncherDidBeforeTheJvmDoesNotCount() throws Exception {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "sleep 2; date +%s; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Print.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> printed = process.inputReader().readAllLines();

    assertThat(process.waitFor()).isZero();
    assertThat(Instant.ofEpochMilli(Long.parseLong(printed.get(1))))
        .isAfterOrEqualTo(Instant.ofEpochSecond(Long.parseLong(printed.get(0))));
  }
}
