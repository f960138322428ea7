package dev.millrace.orchestrator.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsPageTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `(millrace\\.[a-z.]+)` \\| \\w+ \\|([a-z, ]*)\\|", Pattern.MULTILINE);

  @TempDir Path folder;

  @Test
  void everyMeterOfAnEngineAndAWorkerIsOnThePageWithItsTags() throws Exception {
    MeterRegistry registry = new SimpleMeterRegistry();
    try (Installation installation = new Installation("work")) {
      EngineConfig config = new EngineConfig(installation.engineSettings(folder, Map.of()));
      try (Engine engine =
              Engine.create(
                  config, installation.registry, registry, new DefaultKafkaClientSupplier());
          Worker worker = worker(installation, registry)) {
        engine.start();
        installation.register(Workflows.diamond("work"));
        installation.start("w", "diamond", "{}");
        worker.start();
        try (EventLog log = new EventLog(installation)) {
          log.pollUntilEnded(1);
        }
        await().until(() -> registry.find("millrace.queue.lag").gauge() != null);
        beginRareMeters(registry);

        assertThat(rows()).isEqualTo(registered(registry));
      }
    }
  }

  private static Worker worker(Installation installation, MeterRegistry registry) {
    return Worker.builder()
        .bootstrapServers(installation.bootstrapServers())
        .schemaRegistry(installation.registry)
        .queue("work")
        .meters(registry)
        .handler(
            "echo",
            context ->
                context.step().equals("join")
                    ? StepResult.failed("again", "")
                    : StepResult.succeeded(context.step()))
        .build();
  }

  /** Those that a workflow that goes well has no use for. */
  private static void beginRareMeters(MeterRegistry registry) {
    EngineMetrics metrics = new EngineMetrics(registry);
    metrics.deadLetter("malformed");
    metrics.refused("already-applied");
    metrics.result("hit");
    metrics.tenantRejected("acme");
    metrics.timedOut("millrace.timeout.workflow");
  }

  /** The tags of each meter, as the page has them. */
  private static Map<String, Set<String>> rows() throws IOException {
    Map<String, Set<String>> rows = new TreeMap<>();
    String page = Files.readString(Path.of("../docs/METRICS.md"));
    Matcher row = ROW.matcher(page);
    while (row.find()) {
      Set<String> tags = new TreeSet<>();
      if (!row.group(2).isBlank()) {
        tags.addAll(Set.of(row.group(2).strip().split(", ")));
      }
      if (row.group(1).startsWith("millrace.worker.")) {
        tags.add("queue");
      }
      rows.put(row.group(1), tags);
    }
    return rows;
  }

  private static Map<String, Set<String>> registered(MeterRegistry registry) {
    return registry.getMeters().stream()
        .map(Meter::getId)
        .filter(id -> id.getName().startsWith("millrace."))
        .filter(id -> !id.getName().endsWith(".histogram")) // the buckets of this registry
        .collect(
            Collectors.toMap(
                Meter.Id::getName,
                id ->
                    id.getTags().stream()
                        .map(tag -> tag.getKey())
                        .collect(Collectors.toCollection(TreeSet::new)),
                (one, other) -> one,
                TreeMap::new));
  }
}
