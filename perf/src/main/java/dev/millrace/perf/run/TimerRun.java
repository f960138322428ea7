package dev.millrace.perf.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.WorkflowDefinitions;
import dev.millrace.perf.load.TimerLog;
import dev.millrace.perf.millrace.Millrace;
import dev.millrace.perf.process.BenchProcess;
import dev.millrace.perf.process.ProcessSpec;
import dev.millrace.perf.report.MachineDescription;
import dev.millrace.perf.report.TimerReport;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.SendCheck;
import dev.millrace.perf.workload.Workload;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Arms many timers, one in each of as many workflows, and watches how late they fire. Nothing is
 * left of it. Not thread-safe.
 */
public final class TimerRun {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final WorkflowDefinition DEFINITION =
      WorkflowDefinitions.define("timers", 1)
          .step("wait", step -> step.until("${input.at}"))
          .build();

  private final Laboratory laboratory;
  private final int timers;
  private final int perSecond;
  private final Duration arming;
  private final boolean kills;

  /**
   * A run, not begun.
   *
   * @param timers how many
   * @param perSecond how many are due in each second
   * @param arming from the first start to the time when the first timer is due
   * @param kills whether the engine is killed when half of them have fired, and started again
   */
  public TimerRun(
      Laboratory laboratory, int timers, int perSecond, Duration arming, boolean kills) {
    this.laboratory = laboratory;
    this.timers = timers;
    this.perSecond = perSecond;
    this.arming = arming;
    this.kills = kills;
  }

  /**
   * Runs it.
   *
   * @throws IllegalStateException when a process fails, or not all timers fire
   */
  public TimerReport run(RunPlan offered, MachineDescription machine)
      throws IOException, InterruptedException, ExecutionException, MalformedRecordException {
    try (Site site = new Site(laboratory);
        Admin admin = site.admin()) {
      RunPlan plan = offered.on(site.installation());
      Path planFile = site.folder().resolve("plan.json");
      plan.write(planFile);
      Contract.install(admin, plan, Workload.QUEUE, DEFINITION);
      ProcessSpec spec = new Millrace().processes(plan, planFile, site.folder()).getFirst();
      BenchProcess engine = site.start(spec);
      engine.awaitReady(Site.START_LIMIT);
      try (TimerLog log = new TimerLog(plan)) {
        Instant first = Instant.now().plus(arming);
        start(plan, first);
        log.awaitArmed(timers, first);
        Duration before = engine.cpu();
        int firedBefore = log.fired();
        if (kills) {
          log.awaitFired(timers / 2, PATIENCE.plus(arming));
          engine.kill();
          engine = site.start(spec);
          engine.awaitReady(Site.START_LIMIT);
          before = engine.cpu();
          firedBefore = log.fired();
        }
        log.awaitFired(timers, PATIENCE.plus(arming));
        double cpuMicros = engine.cpu().minus(before).toNanos() / 1e3 / (timers - firedBefore);
        log.readOut();
        return new TimerReport(
            machine,
            timers,
            perSecond,
            kills,
            log.fired(),
            log.early(),
            log.repeated(),
            log.latenessMs(50),
            log.latenessMs(99),
            log.latenessMs(100),
            cpuMicros);
      }
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback sees failures
  private void start(RunPlan plan, Instant first) {
    AvroCodec<WorkflowStart> codec =
        new AvroCodec<>(WorkflowStart.class, RunPlan.TOPICS.starts(), plan.connectRegistry());
    SendCheck sends = new SendCheck();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            plan.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < timers; i++) {
        Instant at = first.plusMillis(i * 1_000L / perSecond);
        byte[] input = "{\"at\":\"%s\"}".formatted(at).getBytes(UTF_8);
        WorkflowStart start =
            WorkflowStart.newBuilder()
                .setDefinition(DEFINITION.name())
                .setVersion(DEFINITION.version())
                .setInput(Payload.newBuilder().setData(ByteBuffer.wrap(input)).build())
                .build();
        byte[] id = ("timer-" + i).getBytes(UTF_8);
        producer.send(
            new ProducerRecord<>(RunPlan.TOPICS.starts(), id, codec.encode(start)), sends);
        sends.requireNoFailure();
      }
      producer.flush();
      sends.requireNoFailure();
    }
  }
}
