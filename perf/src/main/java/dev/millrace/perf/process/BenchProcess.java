package dev.millrace.perf.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running JVM of a benchmark run. It is stopped by {@link #close}, and killed when this JVM ends
 * first. Its output goes to {@code <role>-<pid>.out} and {@code .err} in the folder of the run.
 * Thread-safe.
 */
public final class BenchProcess implements AutoCloseable {
  /** How long a process may take to end after it was asked to. */
  public static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private static final Logger log = LoggerFactory.getLogger(BenchProcess.class);
  private static final int REPORTED_LINES = 25;

  private final ProcessSpec spec;
  private final Process process;
  private final Path errors;
  private final Thread killer;
  private final Map<String, CompletableFuture<String>> signals;

  private BenchProcess(ProcessSpec spec, Process process, Path output, Path errors) {
    this.spec = spec;
    this.process = process;
    this.errors = errors;
    this.killer = new Thread(process::destroyForcibly, "kill-" + spec.role().label());
    this.signals =
        spec.signals().stream()
            .collect(Collectors.toMap(Function.identity(), signal -> new CompletableFuture<>()));
    Runtime.getRuntime().addShutdownHook(killer);
    // A virtual thread that reads a pipe keeps its carrier, and there are few of these.
    Thread.ofPlatform().daemon().name("read-" + spec.role().label()).start(() -> read(output));
  }

  /**
   * Starts a process; does not wait until it is ready.
   *
   * @param folder where its argument file and its output go
   */
  public static BenchProcess start(ProcessSpec spec, List<String> jvmFlags, Path folder)
      throws IOException {
    Path arguments = Files.createTempFile(folder, spec.role().label() + "-", ".args");
    String base = arguments.toString().replaceAll("\\.args$", "");
    Path errors = Path.of(base + ".err");
    List<String> lines = new ArrayList<>(jvmFlags);
    lines.add("-cp");
    lines.add(System.getProperty("java.class.path"));
    lines.add(spec.mainClass());
    lines.addAll(spec.arguments());
    Files.write(arguments, lines.stream().map(BenchProcess::quoted).toList());
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + arguments)
            .redirectError(errors.toFile())
            .start();
    return new BenchProcess(spec, process, Path.of(base + ".out"), errors);
  }

  public Role role() {
    return spec.role();
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Waits until the process is ready.
   *
   * @return the line that says so
   * @throws IllegalStateException as {@link #awaitSignal}
   */
  public String awaitReady(Duration limit) throws InterruptedException {
    return awaitSignal(spec.signals().getFirst(), limit);
  }

  /**
   * Waits until the process has printed a line that begins with one of its signals.
   *
   * @return the line
   * @throws IllegalStateException when the process ends first or takes longer; the message has the
   *     end of its error output
   */
  public String awaitSignal(String signal, Duration limit) throws InterruptedException {
    CompletableFuture<String> line = signals.get(signal);
    if (line == null) {
      throw new IllegalArgumentException("%s has no signal '%s'".formatted(role().label(), signal));
    }
    try {
      return line.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw failure("did not print '%s' within %d s".formatted(signal, limit.toSeconds()), e);
    } catch (ExecutionException e) {
      throw failure("ended before it printed '%s'".formatted(signal), e.getCause());
    }
  }

  /** Whether it has not ended. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * User and system CPU time since its start, as the operating system counts it (10 ms steps).
   *
   * @throws IllegalStateException when the process has ended
   */
  public Duration cpu() {
    return process
        .info()
        .totalCpuDuration()
        .orElseThrow(() -> failure("has no CPU time to read; it must be running", null));
  }

  /**
   * Most memory that it ever had resident, in bytes.
   *
   * @throws IllegalStateException when the process has ended
   */
  public long peakRssBytes() {
    Path status = Path.of("/proc", Long.toString(pid()), "status");
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
    } catch (IOException e) {
      throw failure("has no readable " + status, e);
    }
    throw failure("has no VmHWM in %s; it must be running".formatted(status), null);
  }

  /** Kills the process, as the operating system does when it is out of memory. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks the process to end, waits, and kills it when it takes longer than STOP_LIMIT. */
  @Override
  public void close() {
    try {
      process.destroy();
      if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn(
            "{} (pid {}) did not end within {} s: killed",
            role().label(),
            pid(),
            STOP_LIMIT.toSeconds());
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      forgetKiller();
    }
  }

  private void forgetKiller() {
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      log.debug("This JVM is ending, the hook has run or will find no process", e);
    }
  }

  private void read(Path output) {
    try (BufferedReader lines = process.inputReader();
        Writer copy = Files.newBufferedWriter(output)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        copy.append(line).append(System.lineSeparator()).flush();
        for (Map.Entry<String, CompletableFuture<String>> signal : signals.entrySet()) {
          if (line.startsWith(signal.getKey())) {
            signal.getValue().complete(line);
          }
        }
      }
      failSignals(new IllegalStateException("end of output"));
    } catch (IOException e) {
      failSignals(e);
    }
  }

  private void failSignals(Exception cause) {
    signals.values().forEach(signal -> signal.completeExceptionally(cause));
  }

  private IllegalStateException failure(String what, @Nullable Throwable cause) {
    return new IllegalStateException(
        "%s (pid %d) %s; end of its error output:%n%s"
            .formatted(role().label(), pid(), what, lastErrors()),
        cause);
  }

  private String lastErrors() {
    try {
      List<String> lines = Files.readAllLines(errors);
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - REPORTED_LINES), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String quoted(String argument) {
    return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
