package dev.millrace.perf.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * Where and on what a benchmark ran.
 *
 * @param startedAt when, as an ISO-8601 instant
 * @param cores processors that this JVM may use
 * @param cpu model of the processor
 * @param memoryMib memory of the machine
 * @param kernel operating system and its version
 * @param java version of the JVM
 * @param kafka version of broker and clients
 * @param loadAverage load of the machine before the first run; well above 0, something else ran
 * @param commit commit of the code, with {@code -dirty} if there were changes; {@code unknown}
 *     outside a repository
 */
public record MachineDescription(
    String startedAt,
    int cores,
    String cpu,
    long memoryMib,
    String kernel,
    String java,
    String kafka,
    double loadAverage,
    String commit) {

  private static final String UNKNOWN = "unknown";

  /** The machine as it is now. */
  public static MachineDescription read() throws InterruptedException {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new MachineDescription(
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        system.getAvailableProcessors(),
        cpuModel(),
        system.getTotalMemorySize() / (1024 * 1024),
        system.getName() + " " + system.getVersion() + " " + system.getArch(),
        System.getProperty("java.runtime.version"),
        AppInfoParser.getVersion(),
        system.getSystemLoadAverage(),
        currentCommit());
  }

  private static String cpuModel() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse(UNKNOWN);
    } catch (IOException e) {
      return UNKNOWN; // not Linux: a report without the model is still a report
    }
  }

  private static String currentCommit() throws InterruptedException {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String commit =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 ? commit : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN; // no git here, as in a container
    }
  }
}
