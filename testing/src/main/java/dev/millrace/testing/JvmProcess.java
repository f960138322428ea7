package dev.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

/**
 * A JVM with the class path of this one, to be killed. What it prints goes to files below {@code
 * target/processes}, so that no wait for a line can block. A main class that reads its standard
 * input sees it end when this JVM dies. For one thread at a time.
 */
public final class JvmProcess implements AutoCloseable {
  private static final Path OUTPUT = Path.of("target", "processes");

  private final Process process;
  private final Path output;
  private final Path errors;

  private JvmProcess(Process process, Path output, Path errors) {
    this.process = process;
    this.output = output;
    this.errors = errors;
  }

  /** Starts a main class; does not wait until it is ready. */
  public static JvmProcess start(Class<?> main, List<String> arguments) throws IOException {
    Files.createDirectories(OUTPUT);
    Path output = Files.createTempFile(OUTPUT, main.getSimpleName() + "-", ".out");
    Path errors = Path.of(output.toString().replaceAll("out$", "err"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    return new JvmProcess(process, output, errors);
  }

  /** Waits until it has printed a whole line that starts so, and returns the first such line. */
  public String awaitLine(String start) {
    AtomicReference<String> found = new AtomicReference<>("");
    Awaitility.await("'" + start + "' in " + output)
        .atMost(Patience.LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              boolean alive = process.isAlive();
              Optional<String> line = line(start);
              if (line.isEmpty() && !alive) {
                throw new AssertionError(
                    "ended with code %d without '%s', see %s"
                        .formatted(process.exitValue(), start, errors));
              }
              line.ifPresent(found::set);
              return line.isPresent();
            });
    return found.get();
  }

  private Optional<String> line(String start) throws IOException {
    String text = Files.readString(output, UTF_8);
    return text.substring(0, text.lastIndexOf('\n') + 1)
        .lines()
        .filter(line -> line.startsWith(start))
        .findFirst();
  }

  /** What it has printed on standard output and standard error. */
  public String printed() {
    try {
      return Files.readString(output, UTF_8) + Files.readString(errors, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a line to its standard input. */
  public void tell(String line) throws IOException {
    Writer input = process.outputWriter(UTF_8);
    input.write(line + "\n");
    input.flush();
  }

  /** Ends its standard input, as the death of this JVM would. */
  public void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /** Waits until it has ended by itself, and returns its exit code. */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("process %d does not end, see %s".formatted(process.pid(), output));
    }
    return process.exitValue();
  }

  /** Ends it as {@code kill -9} does: nothing of it runs any more when this returns. */
  public void kill() throws InterruptedException {
    if (!process.isAlive()) {
      throw new AssertionError(
          "had ended by itself with code %d, see %s".formatted(process.exitValue(), errors));
    }
    close();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    awaitExit();
  }
}
