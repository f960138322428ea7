package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The payloads of a workflow in a test whose steps have branches, and what those gave, by step. */
record JoinedPayloads(Payloads own, BiFunction<String, Branches, Payload> ofBranches)
    implements Payloads {
  @Override
  public @Nullable Payload input() {
    return own.input();
  }

  @Override
  public @Nullable Payload result() {
    return own.result();
  }

  @Override
  public @Nullable Payload output(int step) {
    return own.output(step);
  }

  @Override
  public Payload results(String step, Branches branches) {
    return ofBranches.apply(step, branches);
  }

  @Override
  public @Nullable Payload signal(int signal) {
    return own.signal(signal);
  }

  @Override
  public @Nullable Payload progress(int step) {
    return own.progress(step);
  }
}
