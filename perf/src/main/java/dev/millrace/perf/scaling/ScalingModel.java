package dev.millrace.perf.scaling;

import dev.millrace.orchestrator.flow.QueueSample;
import dev.millrace.orchestrator.flow.QueueWindow;
import dev.millrace.orchestrator.flow.WindowSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * One queue, its engine and the pods that an {@link Autoscaler} makes and takes away. Steps become
 * ready, the engine sends as many as its {@link QueueWindow}s allow, pods take commands from the
 * partitions that they have, run them for half to one and a half of the mean time, and commit. The
 * same seed gives the same course. Not thread-safe.
 */
public final class ScalingModel {
  private static final int SECOND_MS = 1_000;
  private static final int MOST_TICK_MS = 5;
  private static final int TICKS_A_RUN = 10;

  private final Setting setting;
  private final Autoscaler autoscaler;
  private final PodGroup pods;
  private final QueueWindow window;
  private final SplittableRandom random;
  private final int tickMs;
  private final List<List<Run>> ends = new ArrayList<>();
  private final Deque<Waiting> held = new ArrayDeque<>();
  private final List<ScalingPoint> points = new ArrayList<>();
  private double carried;
  private long heldSteps;
  private long open;
  private long ended;
  private long ranMs;
  private long finishedBefore;
  private long sent;

  /** What the autoscaler looks at. */
  public enum Signal {
    /** Commands of the topic that are not finished. */
    LAG,
    /** These, and the steps that the engine holds. */
    BACKLOG
  }

  /**
   * What is modelled.
   *
   * @param pods what pods are like
   * @param runMs mean time that a handler runs, in milliseconds
   * @param tasks tasks of the engine, each of which has a window
   * @param windows bounds of the windows
   * @param scaling of the autoscaler
   * @param signal what it looks at
   */
  record Setting(
      PodGroup.Shape pods,
      int runMs,
      int tasks,
      WindowSettings windows,
      ScalingSettings scaling,
      Signal signal) {}

  /** Steps that became ready together. */
  private record Waiting(long sinceMs, int steps) {}

  /** A command that runs. */
  private record Run(Pod pod, Lane lane, long offset, int ms) {}

  private ScalingModel(Setting setting, long seed) {
    this.setting = setting;
    autoscaler = new Autoscaler(setting.scaling(), setting.scaling().leastReplicas(), 0);
    pods = new PodGroup(setting.pods());
    window = new QueueWindow(setting.windows(), 0);
    random = new SplittableRandom(seed);
    tickMs = Math.clamp(setting.runMs() / TICKS_A_RUN, 1, MOST_TICK_MS);
    for (int i = 0; i <= 2 * setting.runMs() / tickMs; i++) {
      ends.add(new ArrayList<>());
    }
  }

  /** What becomes of the queue under a load. */
  static ScalingCourse run(Setting setting, ScalingLoad load, long seed) {
    ScalingModel model = new ScalingModel(setting, seed);
    long nextLookMs = SECOND_MS;
    for (long nowMs = model.tickMs; nowMs <= load.seconds() * 1_000L; nowMs += model.tickMs) {
      double perSecond = load.perSecond().applyAsDouble((int) ((nowMs - 1) / SECOND_MS));
      model.makeReady(nowMs, perSecond);
      model.send();
      model.finish(nowMs);
      model.pods.advance(nowMs, model.tickMs);
      model.begin(nowMs);
      if (nowMs >= nextLookMs) {
        model.look(nowMs, perSecond);
        nextLookMs += SECOND_MS;
      }
      model.pods.scaleTo(model.autoscaler.at(nowMs, model::metric), nowMs);
    }
    return new ScalingCourse(model.points);
  }

  private OptionalLong metric() {
    return OptionalLong.of(
        switch (setting.signal()) {
          case LAG -> pods.lag();
          case BACKLOG -> pods.lag() + heldSteps;
        });
  }

  private void makeReady(long nowMs, double perSecond) {
    carried += perSecond * tickMs / SECOND_MS;
    int steps = (int) carried;
    carried -= steps;
    heldSteps += steps;
    if (steps > 0) {
      held.add(new Waiting(nowMs, steps));
    }
  }

  private void send() {
    long room = Math.min(heldSteps, (long) window.size() * setting.tasks() - open);
    if (room <= 0) {
      return;
    }
    List<Lane> lanes = pods.lanes();
    for (long i = 0; i < room; i++) {
      lanes.get(random.nextInt(lanes.size())).write();
    }
    open += room;
    sent += room;
    heldSteps -= room;
    for (long left = room; left > 0; ) {
      Waiting first = held.remove();
      if (first.steps() > left) {
        held.addFirst(new Waiting(first.sinceMs(), (int) (first.steps() - left)));
      }
      left -= first.steps();
    }
  }

  private List<Run> endingAt(long ms) {
    return ends.get((int) (ms / tickMs % ends.size()));
  }

  private void finish(long nowMs) {
    List<Run> now = endingAt(nowMs);
    for (Run run : now) {
      run.pod().ends();
      run.lane().finish(run.offset());
      ranMs += run.ms();
    }
    ended += now.size();
    open -= now.size();
    now.clear();
  }

  private void begin(long nowMs) {
    for (Pod pod : pods.pods()) {
      while (pod.takes()) {
        Lane lane = pod.next(nowMs);
        if (lane == null) {
          break;
        }
        int runMs = setting.runMs() / 2 + random.nextInt(setting.runMs() + 1);
        pod.begins();
        endingAt(nowMs + Math.max(tickMs, runMs)).add(new Run(pod, lane, lane.start(), runMs));
      }
    }
  }

  private void look(long nowMs, double perSecond) {
    long lag = pods.lag();
    long finished = sent - lag;
    int full = 2 * open >= (long) window.size() * setting.tasks() ? setting.tasks() : 1;
    double lagMs = lag * (double) SECOND_MS / Math.max(1, finished - finishedBefore);
    window.take(new QueueSample(nowMs, open, ended, ended, ranMs, full, heldSteps > 0, lagMs));
    long oldestMs = held.isEmpty() ? 0 : nowMs - held.element().sinceMs();
    points.add(
        new ScalingPoint(
            nowMs / (double) SECOND_MS,
            perSecond,
            autoscaler.replicas(),
            pods.ready(),
            lag,
            heldSteps,
            oldestMs));
    finishedBefore = finished;
    ended = 0;
    ranMs = 0;
  }
}
