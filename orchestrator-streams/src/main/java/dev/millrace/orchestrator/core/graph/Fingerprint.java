package dev.millrace.orchestrator.core.graph;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Eight bytes that tell the content of one definition from that of another. They are stored with
 * workflows, so the same content must give the same bytes in every version: what a definition can
 * say beyond steps of workers, dependencies, retries and two timeouts is added only where it is
 * said, each under a label of its own. One use, one thread.
 */
final class Fingerprint {
  private final WorkflowDefinition definition;
  private final DataOutputStream out;
  private final Map<String, Integer> indexById = new HashMap<>();

  private Fingerprint(WorkflowDefinition definition, DataOutputStream out) {
    this.definition = definition;
    this.out = out;
  }

  static long of(WorkflowDefinition definition) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (DataOutputStream out =
          new DataOutputStream(
              new BufferedOutputStream(
                  new DigestOutputStream(OutputStream.nullOutputStream(), digest)))) {
        new Fingerprint(definition, out).write();
      }
      return ByteBuffer.wrap(digest.digest()).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException("definition names are short enough to be written", e);
    }
  }

  private void write() throws IOException {
    definition.steps().forEach(step -> indexById.put(step.id(), indexById.size()));
    definition.finallySteps().forEach(step -> indexById.put(step.id(), indexById.size()));
    out.writeUTF(definition.name());
    out.writeInt(definition.version());
    out.writeLong(definition.timeout().toMillis());
    out.writeInt(definition.steps().size());
    for (StepDefinition step : definition.steps()) {
      writeCommon(step);
    }
    for (StepDefinition step : definition.steps()) {
      writeSaid(step);
    }
    number("maxParallel", definition.maxParallel(), 0);
    text("output", definition.output());
    switch (definition.events()) {
      case ALL -> {}
      case STEPS -> text("events", "steps");
      case WORKFLOW -> text("events", "workflow");
    }
    if (!definition.finallySteps().isEmpty()) {
      number("finally", definition.finallySteps().size(), 0);
      for (StepDefinition step : definition.finallySteps()) {
        writeCommon(step);
        writeSaid(step);
      }
    }
  }

  /** What every step says. */
  private void writeCommon(StepDefinition step) throws IOException {
    StepAction.Work work = step.action() instanceof StepAction.Work known ? known : null;
    out.writeUTF(step.id());
    out.writeUTF(work == null ? "" : work.type());
    out.writeUTF(work == null ? "" : work.queue());
    out.writeLong(step.timeouts().startToClose().toMillis());
    write(step.retry() == null ? definition.retry() : step.retry());
    out.writeInt(step.dependsOn().size());
    for (Dependency dependency : step.dependsOn()) {
      out.writeInt(indexById.getOrDefault(dependency.step(), -1));
    }
  }

  /** What some steps say, under labels that begin with the id of the step. */
  private void writeSaid(StepDefinition step) throws IOException {
    String id = step.id();
    write(id, step.action());
    for (int i = 0; i < step.dependsOn().size(); i++) {
      Dependency dependency = step.dependsOn().get(i);
      text(id + ":dependsOn[" + i + "].when", dependency.when());
      text(id + ":dependsOn[" + i + "].case", dependency.chosen());
    }
    JoinRule join = step.join();
    if (join != null) {
      text(id + ":join", name(join.kind()) + join.atLeast());
    }
    text(id + ":when", step.when());
    Timeouts timeouts = step.timeouts();
    time(id + ":scheduleToStart", timeouts.scheduleToStart());
    time(id + ":scheduleToClose", timeouts.scheduleToClose());
    time(id + ":heartbeat", timeouts.heartbeat());
    for (FailureRule rule : step.onFailure()) {
      write(id, rule);
    }
    write(id, step.repeat());
    write(id, step.forEach());
    write(id, step.compensation());
    write(id, step.window());
    ResultCache cache = step.cache();
    if (cache != null) {
      text(id + ":cache.key", cache.key());
      number(id + ":cache.ttl", cache.ttl().toMillis(), -1);
    }
  }

  private void write(String id, StepAction action) throws IOException {
    switch (action) {
      case StepAction.Work work -> {
        text(id + ":input", work.input());
        text(id + ":affinity", work.affinity());
      }
      case StepAction.SetValue set -> text(id + ":set", set.value());
      case StepAction.Delay delay -> text(id + ":delay", delay.duration());
      case StepAction.Until until -> text(id + ":until", until.time());
      case StepAction.AwaitSignal signal -> {
        text(id + ":signal", signal.signal());
        text(id + ":signal.schema", signal.schema());
        text(id + ":signal.form", signal.form());
      }
      case StepAction.StartChild child -> {
        text(id + ":workflow", child.definition());
        number(id + ":workflow.version", child.version(), 0);
        text(id + ":workflow.id", child.workflowId());
        text(id + ":workflow.input", child.input());
        number(id + ":workflow.detached", child.detached() ? 1 : 0, 0);
        number(id + ":workflow.cancelled", child.cancelled() ? 1 : 0, 0);
      }
      case StepAction.Choose choose -> {
        number(id + ":switch", choose.cases().size(), -1);
        for (StepAction.Case each : choose.cases()) {
          text(id + ":case", each.name());
          text(id + ":case.when", each.when());
        }
      }
    }
  }

  private void write(String id, FailureRule rule) throws IOException {
    texts(id + ":onFailure", rule.types());
    switch (rule.reaction()) {
      case Reaction.Retry retry -> text(id + ":then", "retry");
      case Reaction.Fail fail -> text(id + ":then", "fail");
      case Reaction.GoOn goOn -> text(id + ":then", "continue");
      case Reaction.Route route -> text(id + ":route", route.step());
    }
  }

  private void write(String id, @Nullable Repeat repeat) throws IOException {
    if (repeat != null) {
      text(id + ":repeat.until", repeat.until());
      time(id + ":repeat.delay", repeat.delay());
      number(id + ":repeat.max", repeat.max(), 0);
    }
  }

  private void write(String id, @Nullable ForEach forEach) throws IOException {
    if (forEach != null) {
      text(id + ":forEach.items", forEach.items());
      number(id + ":forEach.maxParallel", forEach.maxParallel(), 0);
      number(id + ":forEach.batchSize", forEach.batchSize(), 1);
      number(id + ":forEach.tolerate", forEach.tolerated(), 0);
      number(id + ":forEach.percent", forEach.percent() ? 1 : 0, 0);
    }
  }

  private void write(String id, @Nullable Compensation compensation) throws IOException {
    if (compensation != null) {
      text(id + ":compensate.type", compensation.type());
      text(id + ":compensate.queue", compensation.queue());
      text(id + ":compensate.input", compensation.input());
      time(id + ":compensate.timeout", compensation.timeout());
      write(compensation.retry() == null ? definition.retry() : compensation.retry());
    }
  }

  private void write(String id, @Nullable DeliveryWindow window) throws IOException {
    if (window != null) {
      text(id + ":window.timeZone", window.zone().getId());
      for (DayOfWeek day : window.days().stream().sorted().toList()) {
        number(id + ":window.day", day.getValue(), 0);
      }
      number(id + ":window.from", window.from().toSecondOfDay(), 0);
      number(id + ":window.to", window.to().toSecondOfDay(), 0);
    }
  }

  /** Written out, for a constant may be renamed. */
  private static String name(JoinRule.Kind kind) {
    return switch (kind) {
      case ALL -> "all";
      case ANY -> "any";
      case AT_LEAST -> "atLeast";
      case ALL_DONE -> "allDone";
      case NONE_FAILED -> "noneFailed";
    };
  }

  private void text(String label, @Nullable String text) throws IOException {
    if (text != null) {
      byte[] utf8 = text.getBytes(UTF_8);
      out.writeUTF(label);
      out.writeInt(utf8.length);
      out.write(utf8);
    }
  }

  private void texts(String label, List<String> texts) throws IOException {
    number(label, texts.size(), -1);
    for (String text : texts) {
      out.writeUTF(text);
    }
  }

  private void time(String label, Duration duration) throws IOException {
    number(label, duration.toMillis(), 0);
  }

  private void number(String label, long number, long unsaid) throws IOException {
    if (number != unsaid) {
      out.writeUTF(label);
      out.writeLong(number);
    }
  }

  private void write(RetryPolicy retry) throws IOException {
    out.writeInt(retry.maxAttempts());
    out.writeLong(retry.initialInterval().toMillis());
    out.writeDouble(retry.coefficient());
    out.writeLong(retry.maxInterval().toMillis());
    out.writeDouble(retry.jitter());
    out.writeInt(retry.nonRetryable().size());
    for (String type : retry.nonRetryable()) {
      out.writeUTF(type);
    }
  }
}
