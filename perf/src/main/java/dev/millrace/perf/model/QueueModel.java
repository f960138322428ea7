package dev.millrace.perf.model;

import dev.millrace.orchestrator.flow.QueueSample;
import dev.millrace.orchestrator.flow.QueueWindow;
import dev.millrace.orchestrator.flow.WindowSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * One queue between an engine and its workers, in steps of a millisecond: steps become ready at
 * random, each task sends as many as its window allows, workers take commands in order, run them
 * and report. Steered by the engine's own {@link QueueWindow}. The same seed gives the same course.
 */
public final class QueueModel {
  /** From the end of a handler until the engine knows. */
  private static final int REPORT_MS = 2;

  /** How often the engine looks at a queue. */
  private static final int SAMPLE_MS = 250;

  private final Load load;
  private final QueueWindow window;
  private final SplittableRandom random;
  private final int[] open;
  private final int[] held;
  private final ArrayDeque<Sent> queue = new ArrayDeque<>();
  private final PriorityQueue<Running> running = new PriorityQueue<>();
  private final PriorityQueue<Running> reports = new PriorityQueue<>();
  private final List<QueueCourse.Point> points = new ArrayList<>();
  private double carried;
  private long ended;
  private long ranMs;
  private long stayedMs;

  /**
   * What happens to the queue.
   *
   * @param seconds how long
   * @param perSecond steps that become ready a second, by the second
   * @param slots commands that the workers run at once, by the second; those that run when it falls
   *     end all the same
   * @param runMs mean time that a handler runs, in milliseconds; half to one and a half of it
   * @param tasks tasks of the engine, with the same load each
   * @param longPart part of the handlers, at random, that runs for long instead
   * @param longMs how long these run, in milliseconds
   */
  public record Load(
      int seconds,
      IntUnaryOperator perSecond,
      IntUnaryOperator slots,
      int runMs,
      int tasks,
      double longPart,
      int longMs) {
    /** Steps that the workers can finish a second. */
    public double capacity(int second) {
      double meanMs = (1 - longPart) * runMs + longPart * longMs;
      return slots.applyAsInt(second) * 1_000.0 / meanMs;
    }
  }

  private record Sent(int task, int atMs) {}

  private record Running(Sent sent, int endMs, int runMs) implements Comparable<Running> {
    @Override
    public int compareTo(Running other) {
      return Integer.compare(endMs, other.endMs);
    }
  }

  private QueueModel(Load load, WindowSettings settings, long seed) {
    this.load = load;
    this.window = new QueueWindow(settings, 0);
    this.random = new SplittableRandom(seed);
    this.open = new int[load.tasks()];
    this.held = new int[load.tasks()];
  }

  /** What becomes of a queue under a load. */
  public static QueueCourse run(Load load, WindowSettings settings, long seed) {
    QueueModel model = new QueueModel(load, settings, seed);
    for (int nowMs = 1; nowMs <= load.seconds() * 1_000; nowMs++) {
      int second = (nowMs - 1) / 1_000;
      model.makeReady(second);
      model.report(nowMs);
      model.send(nowMs);
      model.work(nowMs, second);
      if (nowMs % SAMPLE_MS == 0) {
        model.sample(nowMs, second);
      }
    }
    return new QueueCourse(load, settings, model.points);
  }

  private void makeReady(int second) {
    carried += load.perSecond().applyAsInt(second) / 1_000.0;
    while (carried >= 1) {
      carried--;
      held[random.nextInt(held.length)]++;
    }
  }

  private void send(int nowMs) {
    for (int task = 0; task < held.length; task++) {
      while (held[task] > 0 && open[task] < window.size()) {
        held[task]--;
        open[task]++;
        queue.add(new Sent(task, nowMs));
      }
    }
  }

  private void work(int nowMs, int second) {
    while (!running.isEmpty() && running.element().endMs() <= nowMs) {
      Running done = running.remove();
      reports.add(new Running(done.sent(), done.endMs() + REPORT_MS, done.runMs()));
    }
    while (running.size() < load.slots().applyAsInt(second) && !queue.isEmpty()) {
      boolean isLong = load.longPart() > 0 && random.nextDouble() < load.longPart();
      int runMs =
          isLong ? load.longMs() : Math.max(1, load.runMs() / 2 + random.nextInt(load.runMs() + 1));
      running.add(new Running(queue.remove(), nowMs + runMs, runMs));
    }
  }

  private void report(int nowMs) {
    while (!reports.isEmpty() && reports.element().endMs() <= nowMs) {
      Running done = reports.remove();
      open[done.sent().task()]--;
      ended++;
      ranMs += done.runMs();
      stayedMs += nowMs - done.sent().atMs();
    }
  }

  private void sample(int nowMs, int second) {
    long allOpen = 0;
    long allHeld = 0;
    int full = 0;
    for (int task = 0; task < open.length; task++) {
      allOpen += open[task];
      allHeld += held[task];
      full += 2 * open[task] >= window.size() ? 1 : 0;
    }
    window.take(
        new QueueSample(
            nowMs,
            allOpen,
            ended,
            ended,
            ranMs,
            ended,
            stayedMs - ranMs,
            stayedMs,
            Math.max(1, full),
            allHeld > 0,
            0));
    points.add(
        new QueueCourse.Point(
            nowMs / 1_000.0,
            second,
            queue.size(),
            allHeld,
            window.size(),
            ended * 1_000 / SAMPLE_MS));
    ended = 0;
    ranMs = 0;
    stayedMs = 0;
  }
}
