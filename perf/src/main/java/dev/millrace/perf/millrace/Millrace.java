package dev.millrace.perf.millrace;

import dev.millrace.orchestrator.app.EngineMain;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.perf.process.ProcessSpec;
import dev.millrace.perf.process.Role;
import dev.millrace.perf.run.SystemUnderTest;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/** Millrace as a system: its engine as it is shipped, and a worker made with its SDK. */
public final class Millrace implements SystemUnderTest {
  private static final String ENGINE_READY = "ready ";

  @Override
  public String name() {
    return "millrace";
  }

  @Override
  public boolean supports(Workload workload) {
    return true;
  }

  @Override
  public List<ProcessSpec> processes(RunPlan plan, Path planFile, Path folder) throws IOException {
    Path config = folder.resolve("engine.properties");
    try (Writer file = Files.newBufferedWriter(config)) {
      engineConfig(plan, folder.resolve("state")).store(file, null);
    }
    return List.of(
        new ProcessSpec(
            Role.ENGINE,
            EngineMain.class.getName(),
            List.of("--config", config.toString()),
            List.of(ENGINE_READY)),
        new ProcessSpec(
            Role.WORKER,
            MillraceWorker.class.getName(),
            List.of(planFile.toString()),
            List.of(MillraceWorker.READY)));
  }

  private static Properties engineConfig(RunPlan plan, Path state) {
    Properties config = new Properties();
    config.setProperty(EngineConfig.BOOTSTRAP_SERVERS, plan.installation().bootstrapServers());
    config.setProperty(EngineConfig.SCHEMA_REGISTRY_URL, plan.installation().registryUrl());
    config.setProperty(EngineConfig.TOPIC_PREFIX, RunPlan.TOPICS.prefix());
    config.setProperty(EngineConfig.STATE_DIR, state.toString());
    config.setProperty(EngineConfig.GUARANTEE, plan.guarantee().configValue());
    config.setProperty(EngineConfig.STREAM_THREADS, Integer.toString(plan.engineThreads()));
    config.setProperty(EngineConfig.QUEUE_WINDOW, Integer.toString(plan.window()));
    config.setProperty(EngineConfig.HTTP_PORT, "0");
    plan.profile()
        .producerSettings()
        .forEach((key, value) -> config.setProperty("kafka.producer." + key, value));
    plan.profile()
        .consumerSettings()
        .forEach((key, value) -> config.setProperty("kafka.main.consumer." + key, value));
    return config;
  }
}
