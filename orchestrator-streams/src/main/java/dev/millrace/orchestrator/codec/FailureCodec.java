package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.schemas.Limits;
import org.jspecify.annotations.Nullable;

/** Failures as the contract's record and as the core's data. */
final class FailureCodec {
  private FailureCodec() {}

  static dev.millrace.schemas.v1.@Nullable Failure toAvro(@Nullable Failure failure) {
    return failure == null
        ? null
        : new dev.millrace.schemas.v1.Failure(
            failure.type(), failure.message(), failure.retryable());
  }

  static @Nullable Failure fromAvro(dev.millrace.schemas.v1.@Nullable Failure failure) {
    return failure == null
        ? null
        : new Failure(
            Failure.cut(failure.getType(), Limits.NAME_CHARS),
            Failure.cut(failure.getMessage(), Limits.MESSAGE_CHARS),
            failure.getRetryable());
  }
}
