package dev.millrace.worker.publish;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * Sends events once, together or one by one, and gathers what the brokers say of each. Used by one
 * thread; the producer's own thread brings the answers.
 *
 * <p>Together, the first failure ends the pass, so that nothing overtakes the event that failed:
 * nothing more is handed to the producer, and when the failure comes from the producer's thread the
 * producer is closed by force, there and then, with all that is queued behind.
 */
final class Pass {
  private final Producer<byte[], byte[]> producer;
  private final List<Event> events;
  private final FailureJudge judge;
  private final AtomicReferenceArray<@Nullable Optional<Exception>> answers;

  /** What ended the pass, or is held against some event; set before the answer it comes with. */
  private final AtomicReference<@Nullable Exception> obstacle = new AtomicReference<>();

  private final Map<Event, Exception> refused = new LinkedHashMap<>();
  private final Map<Target, Exception> refusedTargets = new HashMap<>();
  private final Thread owner = Thread.currentThread();
  private boolean isSuspicious;
  private volatile boolean isProducerClosed;

  Pass(Producer<byte[], byte[]> producer, List<Event> events, FailureJudge judge) {
    this.producer = producer;
    this.events = events;
    this.judge = judge;
    this.answers = new AtomicReferenceArray<>(events.size());
  }

  /** As fast as it goes, up to the first failure. */
  void sendTogether() {
    for (int i = 0; i < events.size() && obstacle.get() == null; i++) {
      if (!isRefusedWithItsTarget(events.get(i))) {
        Exception failure = send(i, false);
        if (failure != null && obstacle.get() == null) {
          Verdict verdict = judge(events.get(i), failure);
          isSuspicious = verdict == Verdict.DOUBTFUL || verdict == Verdict.TARGET_DOUBTFUL;
        }
      }
    }
    Exception failure = flush();
    if (failure != null) {
      obstacle.compareAndSet(null, failure);
    }
    failure = obstacle.get();
    if (isProducerClosed && failure != null) {
      isSuspicious = !FailureJudge.isOfTheConnection(failure);
    }
  }

  /**
   * Each when the one before is answered: slow, but each failure is the event's own. Holds back
   * only what has to stay behind an event that failed.
   */
  void sendOneByOne() {
    isSuspicious = true;
    Set<Place> delayed = new HashSet<>();
    Set<Target> doubtful = new HashSet<>();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      Place place = Place.of(event.record());
      boolean isHeldBack =
          doubtful.contains(Target.of(event.record()))
              || (place != null && delayed.contains(place));
      if (isHeldBack || isRefusedWithItsTarget(event)) {
        continue;
      }
      Exception failure = send(i, true);
      if (failure == null) {
        failure = flush();
        failure = failure == null ? failure(i) : failure;
      }
      if (failure != null) {
        switch (judge(event, failure)) {
          case PASSING -> {
            isSuspicious = false;
            return;
          }
          case DOUBTFUL -> {
            if (place != null) {
              delayed.add(place);
            }
          }
          case TARGET_DOUBTFUL -> doubtful.add(Target.of(event.record()));
          case REFUSED, TARGET_REFUSED -> {}
        }
      }
    }
  }

  private boolean isRefusedWithItsTarget(Event event) {
    Exception failure =
        refusedTargets.isEmpty() ? null : refusedTargets.get(Target.of(event.record()));
    if (failure != null) {
      refused.put(event, failure);
    }
    return failure != null;
  }

  private Verdict judge(Event event, Exception failure) {
    Verdict verdict = judge.judge(producer, event, failure);
    switch (verdict) {
      case PASSING, DOUBTFUL, TARGET_DOUBTFUL -> obstacle.compareAndSet(null, failure);
      case REFUSED -> refused.put(event, failure);
      case TARGET_REFUSED -> {
        refused.put(event, failure);
        refusedTargets.put(Target.of(event.record()), failure);
      }
    }
    return verdict;
  }

  /** Why it failed, if it has by now. */
  private @Nullable Exception send(int index, boolean isAlone) {
    try {
      Future<RecordMetadata> unused =
          producer.send(
              events.get(index).record(), (metadata, failure) -> answer(index, failure, isAlone));
      return failure(index);
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      return e;
    }
  }

  private @Nullable Exception flush() {
    try {
      producer.flush();
      return null;
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      return e;
    }
  }

  private void answer(int index, @Nullable Exception failure, boolean isAlone) {
    boolean isBehindOthers = !Thread.currentThread().equals(owner) && !isAlone;
    if (failure != null && isBehindOthers && obstacle.compareAndSet(null, failure)) {
      isProducerClosed = true;
      producer.close(Duration.ZERO);
    }
    answers.set(index, Optional.ofNullable(failure));
  }

  private @Nullable Exception failure(int index) {
    Optional<Exception> answer = answers.get(index);
    return answer == null ? null : answer.orElse(null);
  }

  /** What the brokers have acknowledged, and nothing before it stands in the way of. */
  List<Event> acknowledged() {
    return part(true);
  }

  /** What goes again, in order. */
  List<Event> left() {
    return part(false);
  }

  private List<Event> part(boolean isAcknowledged) {
    List<Event> part = new ArrayList<>();
    Set<Place> delayed = new HashSet<>();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      if (refused.isEmpty() || !refused.containsKey(event)) {
        Place place = Place.of(event.record());
        Optional<Exception> answer = answers.get(i);
        boolean isDone =
            answer != null && answer.isEmpty() && (place == null || !delayed.contains(place));
        if (!isDone && place != null) {
          delayed.add(place);
        }
        if (isDone == isAcknowledged) {
          part.add(event);
        }
      }
    }
    return part;
  }

  /** What Kafka will never take, and why. */
  Map<Event, Exception> refused() {
    return refused;
  }

  /** The first failure for which events go again. */
  @Nullable Exception obstacle() {
    return obstacle.get();
  }

  /** Whether single events may be at fault, so that they are to be sent one by one. */
  boolean isSuspicious() {
    return isSuspicious;
  }

  /** Whether the producer is, or may be, of no more use. */
  boolean isProducerSpent() {
    Exception failure = obstacle.get();
    return isProducerClosed || (failure != null && !(failure instanceof RetriableException));
  }
}
