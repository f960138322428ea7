package dev.millrace.orchestrator.core.decide;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about results of steps that are kept: what they are kept under, whether one is taken
 * instead of running a step, and that one is kept.
 *
 * <p>A key is a hash of the tenant, the queue, the type of the step and the content: the step's key
 * template, or else all that its command would carry. It is made when the attempt is dispatched and
 * stays with the open attempt, since what it is made of may be another by the time of the result.
 */
final class KeptResults {
  private final Transition transition;
  private final WorkflowView state;
  private final Steps steps;

  /** The results that are kept by this very decision. */
  private final Map<String, Results.Kept> added = new HashMap<>();

  KeptResults(Transition transition, Steps steps) {
    this.transition = transition;
    this.state = transition.state();
    this.steps = steps;
  }

  /**
   * What the result of a step would be kept under; null when it is not kept.
   *
   * @param input the mapped input of its command, where it has one
   * @param outputs {@linkplain #outputs those of its dependencies}, where they tell results apart
   */
  @Nullable String key(
      int step,
      CompiledStep compiled,
      CompiledAction.Work work,
      @Nullable Payload input,
      @Nullable List<@Nullable Payload> outputs)
      throws EvaluationException {
    CompiledStep.CompiledCache cache = compiled.cache();
    if (cache == null) {
      return null;
    }
    MessageDigest digest = sha256();
    put(digest, state.tenant().getBytes(UTF_8));
    put(digest, work.queue().getBytes(UTF_8));
    put(digest, work.type().getBytes(UTF_8));
    if (cache.key() != null) {
      digest.update((byte) 'k');
      put(digest, transition.evaluate(cache.key(), null));
    } else if (outputs == null) {
      digest.update((byte) 'm');
      put(digest, input);
    } else {
      digest.update((byte) 'w');
      putWhole(digest, step, outputs);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
  }

  /**
   * The outputs of a step's dependencies, where its result is kept for those that have the same;
   * null for other steps. The command must carry these and no others: what comes of this very
   * decision may be more than its key is made of.
   */
  @Nullable List<@Nullable Payload> outputs(
      int step, CompiledStep compiled, CompiledAction.Work work) {
    CompiledStep.CompiledCache cache = compiled.cache();
    if (cache == null || cache.key() != null || work.input() != null) {
      return null;
    }
    Adjacency dependencies = transition.definition().dependencies();
    List<@Nullable Payload> outputs = new ArrayList<>(compiled.dependencies());
    for (int i = 0; i < compiled.dependencies(); i++) {
      outputs.add(transition.payloads().output(dependencies.target(dependencies.start(step) + i)));
    }
    return outputs;
  }

  /**
   * Takes the result that is kept under a key, if there is one, and the step succeeds with it. Only
   * a first attempt looks for one: a retry, another round and a rerun are asked for because the
   * step shall run.
   */
  boolean take(int step, CompiledStep compiled, int attempt, String key) {
    boolean isFirst = state.attempt(step) == state.formerAttempts() && !state.wasReset(step);
    Results.Kept kept = isFirst ? find(key) : null;
    if (kept == null
        || !transition.room().fits(kept.output())
        || !isLast(step, compiled, kept.output())) {
      return false;
    }
    steps.succeed(step, attempt, kept.output(), StepSucceeded.Source.CACHED);
    return true;
  }

  private Results.@Nullable Kept find(String key) {
    Results.Kept news = added.get(key);
    return news == null ? transition.results().find(key) : news;
  }

  /** A result is kept, now that the open attempt of a step has succeeded. */
  void keep(String key, CompiledStep.CompiledCache cache, @Nullable Payload output) {
    if (output == null || output.data().length <= Results.OUTPUT_BYTES) {
      added.put(key, new Results.Kept(output));
    }
    long expiresAtMs = Deadlines.after(transition.nowMs(), Math.max(1, cache.ttlMs()));
    transition.effect(new CacheResult(key, output, expiresAtMs));
  }

  /** Whether a step that is repeated would not be, after this output. */
  private boolean isLast(int step, CompiledStep compiled, @Nullable Payload output) {
    if (compiled.repeat() == null) {
      return true;
    }
    try {
      return transition.evaluate(compiled.repeat().until(), output, step);
    } catch (EvaluationException e) {
      return false; // the output is of another step of that type; this one's own may have a value
    }
  }

  private void putWhole(MessageDigest digest, int step, List<@Nullable Payload> outputs) {
    put(digest, transition.payloads().input());
    Adjacency dependencies = transition.definition().dependencies();
    for (int i = 0; i < outputs.size(); i++) {
      int dependency = dependencies.target(dependencies.start(step) + i);
      put(digest, transition.definition().step(dependency).id().getBytes(UTF_8));
      put(digest, outputs.get(i));
    }
  }

  private static void put(MessageDigest digest, @Nullable Payload payload) {
    digest.update((byte) (payload == null ? 0 : 1));
    if (payload != null) {
      put(digest, payload.contentType().getBytes(UTF_8));
      put(digest, payload.data());
    }
  }

  /** With its length, so that no two lists of parts look the same. */
  private static void put(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
    digest.update(part);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
