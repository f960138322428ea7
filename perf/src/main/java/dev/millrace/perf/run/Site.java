package dev.millrace.perf.run;

import dev.millrace.kafka.BrokerProcess;
import dev.millrace.perf.process.BenchProcess;
import dev.millrace.perf.process.ProcessSpec;
import dev.millrace.perf.process.Role;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.schemas.registry.BuiltInRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;

/**
 * What one run has for itself: a folder, a registry, a broker, and the processes that it starts.
 * Closing it leaves nothing of them. Not thread-safe.
 */
final class Site implements AutoCloseable {
  /** How long a process may take until it is ready. */
  static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Laboratory laboratory;
  private final Path folder;
  private final BuiltInRegistry registry = BuiltInRegistry.inMemory(0);
  private final Deque<BenchProcess> processes = new ArrayDeque<>();
  private final RunPlan.Installation installation;

  /**
   * Starts the broker and waits until it is ready.
   *
   * @throws IllegalStateException when the broker fails or takes too long
   */
  Site(Laboratory laboratory) throws IOException, InterruptedException {
    this.laboratory = laboratory;
    folder = Files.createTempDirectory(laboratory.folder(), "millrace-bench-");
    try {
      String ready = start(broker()).awaitReady(START_LIMIT);
      String address = ready.substring(BrokerProcess.READY.length());
      installation = new RunPlan.Installation(address, registry.url());
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private ProcessSpec broker() {
    return new ProcessSpec(
        Role.BROKER,
        BrokerProcess.class.getName(),
        laboratory.brokerArguments(folder.resolve("broker")),
        List.of(BrokerProcess.READY));
  }

  RunPlan.Installation installation() {
    return installation;
  }

  Path folder() {
    return folder;
  }

  /** An administrator of the broker, to be closed by the caller. */
  Admin admin() {
    return Admin.create(
        Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, installation.bootstrapServers()));
  }

  /** Starts a process; does not wait until it is ready. */
  BenchProcess start(ProcessSpec spec) throws IOException {
    BenchProcess process = BenchProcess.start(spec, laboratory.jvm().of(spec.role()), folder);
    processes.addFirst(process);
    return process;
  }

  /** Those that were started, in that order. */
  List<BenchProcess> processes() {
    return List.copyOf(processes).reversed();
  }

  /** Stops all processes, the last one first, and deletes the folder. */
  @Override
  public void close() throws IOException {
    processes.forEach(BenchProcess::close);
    registry.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
