package dev.millrace.perf.scaling;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pods of a model and the partitions that they share. A partition that moves is worked on by nobody
 * until what runs of it has ended and the group has agreed; a pod that is to go finishes what runs,
 * and its partitions move then.
 */
final class PodGroup {
  /**
   * What pods are like.
   *
   * @param slots commands that one runs at once
   * @param startMs from its creation to its first poll
   * @param rebalanceMs until a partition that moves is worked on again, once it is idle
   * @param commitMs how often it commits
   * @param partitions of the topic; 0 for a share group, whose pods share commands
   */
  record Shape(int slots, int startMs, int rebalanceMs, int commitMs, int partitions) {
    boolean isShared() {
      return partitions == 0;
    }
  }

  /** Partitions are not all committed at the same time. */
  private static final long PHASE_MS = 37;

  private final Shape shape;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Move> moves = new ArrayList<>();
  private final List<Pod> pods = new ArrayList<>();
  private final Deque<Pod> stopping = new ArrayDeque<>();

  /** A partition that moves away from a pod, if that is still there. */
  private record Move(Lane lane, @Nullable Pod from) {}

  PodGroup(Shape shape) {
    this.shape = shape;
    for (int i = 0; i < Math.max(1, shape.partitions()); i++) {
      lanes.add(new Lane(shape.isShared()));
    }
  }

  List<Lane> lanes() {
    return lanes;
  }

  /** Those that are to be there, ready or not. */
  List<Pod> pods() {
    return pods;
  }

  int ready() {
    return (int) pods.stream().filter(Pod::isReady).count();
  }

  long lag() {
    return lanes.stream().mapToLong(Lane::lag).sum();
  }

  /** Makes pods, or tells some to go: those that are not ready first, then the youngest. */
  void scaleTo(int wanted, long nowMs) {
    while (pods.size() < wanted) {
      pods.add(new Pod(nowMs + shape.startMs(), shape.slots()));
    }
    while (pods.size() > wanted) {
      stopping.add(pods.removeLast());
    }
  }

  /**
   * Lets time pass: pods start and go, partitions move, offsets are committed.
   *
   * @param tickMs since it was called last
   */
  void advance(long nowMs, int tickMs) {
    boolean isChanged = false;
    for (Pod pod : pods) {
      isChanged |= pod.start(nowMs);
    }
    int stillStopping = stopping.size();
    for (int i = 0; i < stillStopping; i++) {
      Pod pod = stopping.remove();
      if (pod.isIdle()) {
        leave(pod);
        isChanged = true;
      } else {
        stopping.add(pod);
      }
    }
    if (isChanged) {
      rebalance();
    }
    settle(nowMs);
    for (int i = 0; i < lanes.size(); i++) {
      if ((nowMs + i * PHASE_MS) % shape.commitMs() < tickMs) {
        lanes.get(i).commit();
      }
    }
  }

  private void leave(Pod pod) {
    if (!shape.isShared()) {
      pod.lanes().forEach(Lane::commit);
      pod.lanes().forEach(lane -> move(lane, pod, null));
    }
    pod.lanes().clear();
  }

  private void move(Lane lane, @Nullable Pod from, @Nullable Pod to) {
    if (from != null && !lane.isMoving()) {
      from.revoking(1);
      moves.add(new Move(lane, from));
    } else if (!lane.isMoving()) {
      moves.add(new Move(lane, null));
    }
    lane.giveTo(to);
  }

  private void settle(long nowMs) {
    moves.removeIf(
        move -> {
          boolean isDone = move.lane.isIdle() && move.lane.owner() != null;
          if (isDone) {
            move.lane.commit();
            move.lane.beginAt(nowMs + shape.rebalanceMs());
            if (move.from != null) {
              move.from.revoking(-1);
            }
          }
          return isDone;
        });
  }

  /** Evens out partitions, and moves as few as that takes. */
  private void rebalance() {
    List<Pod> members = pods.stream().filter(Pod::isReady).toList();
    if (members.isEmpty()) {
      return;
    }
    if (shape.isShared()) {
      members.stream()
          .filter(pod -> pod.lanes().isEmpty())
          .forEach(pod -> pod.lanes().addAll(lanes));
      return;
    }
    Comparator<Pod> byLanes = Comparator.comparingInt(pod -> pod.lanes().size());
    for (Lane lane : lanes) {
      if (lane.owner() == null) {
        Pod to = members.stream().min(byLanes).orElseThrow();
        move(lane, null, to);
        to.lanes().add(lane);
      }
    }
    while (true) {
      Pod most = members.stream().max(byLanes).orElseThrow();
      Pod fewest = members.stream().min(byLanes).orElseThrow();
      if (most.lanes().size() - fewest.lanes().size() <= 1) {
        return;
      }
      Lane lane = most.lanes().removeLast();
      move(lane, most, fewest);
      fewest.lanes().add(lane);
    }
  }
}
