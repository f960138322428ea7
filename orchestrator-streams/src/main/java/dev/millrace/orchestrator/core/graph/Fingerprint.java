package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
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
import java.util.HashMap;
import java.util.Map;

/**
 * Eight bytes that tell the content of one definition from that of another. They are stored with
 * workflows, so the same content must give the same bytes in every version: what a definition can
 * say beyond this is added only where it is said.
 */
final class Fingerprint {
  private Fingerprint() {}

  static long of(WorkflowDefinition definition) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (DataOutputStream out =
          new DataOutputStream(
              new BufferedOutputStream(
                  new DigestOutputStream(OutputStream.nullOutputStream(), digest)))) {
        write(definition, out);
      }
      return ByteBuffer.wrap(digest.digest()).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException("definition names are short enough to be written", e);
    }
  }

  private static void write(WorkflowDefinition definition, DataOutputStream out)
      throws IOException {
    Map<String, Integer> indexById = new HashMap<>();
    definition.steps().forEach(step -> indexById.put(step.id(), indexById.size()));
    out.writeUTF(definition.name());
    out.writeInt(definition.version());
    out.writeLong(definition.timeout().toMillis());
    out.writeInt(definition.steps().size());
    for (StepDefinition step : definition.steps()) {
      out.writeUTF(step.id());
      StepAction.Work work = (StepAction.Work) step.action();
      out.writeUTF(work.type());
      out.writeUTF(work.queue());
      out.writeLong(step.timeouts().startToClose().toMillis());
      write(step.retry() == null ? definition.retry() : step.retry(), out);
      out.writeInt(step.dependsOn().size());
      for (Dependency dependency : step.dependsOn()) {
        out.writeInt(indexById.getOrDefault(dependency.step(), -1));
      }
    }
  }

  private static void write(RetryPolicy retry, DataOutputStream out) throws IOException {
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
