package dev.millrace.worker.payload;

import org.jspecify.annotations.Nullable;

/**
 * What requests to an S3-compatible store are signed with.
 *
 * @param accessKeyId readable in each request
 * @param secretAccessKey never sent, and not in {@link #toString}
 * @param sessionToken of credentials for a time; null for others
 */
public record S3Credentials(
    String accessKeyId, String secretAccessKey, @Nullable String sessionToken) {
  public S3Credentials {
    if (accessKeyId.isBlank() || secretAccessKey.isBlank()) {
      throw new IllegalArgumentException("access key id and secret access key: must not be empty");
    }
  }

  @Override
  public String toString() {
    return "S3Credentials[%s]".formatted(accessKeyId);
  }
}
