package dev.millrace.orchestrator.core.graph;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Eight bytes that tell the content of one definition from that of another. They are stored with
 * workflows, so the same content must give the same bytes in every version: what a definition can
 * say beyond this is added only where it is said.
 */
final class Fingerprint {
  private Fingerprint() {}

  static long of(CompiledDefinition definition) {
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

  private static void write(CompiledDefinition definition, DataOutputStream out)
      throws IOException {
    out.writeUTF(definition.name());
    out.writeInt(definition.version());
    out.writeLong(definition.timeoutMs());
    out.writeInt(definition.stepCount());
    Adjacency dependencies = definition.dependencies();
    for (int index = 0; index < definition.stepCount(); index++) {
      CompiledStep step = definition.step(index);
      out.writeUTF(step.id());
      out.writeUTF(step.type());
      out.writeUTF(step.queue());
      out.writeLong(step.timeoutMs());
      write(step.retry(), out);
      out.writeInt(dependencies.degree(index));
      for (int edge = dependencies.start(index); edge < dependencies.end(index); edge++) {
        out.writeInt(dependencies.target(edge));
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
