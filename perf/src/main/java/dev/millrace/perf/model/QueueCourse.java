package dev.millrace.perf.model;

import dev.millrace.orchestrator.flow.WindowSettings;
import java.util.List;

/**
 * What became of a queue.
 *
 * @param load what happened to it
 * @param settings bounds of its windows
 * @param points what it was like, four times a second
 */
public record QueueCourse(QueueModel.Load load, WindowSettings settings, List<Point> points) {
  /**
   * The queue at one time.
   *
   * @param seconds when
   * @param second the second of the load that it belongs to
   * @param waiting commands that wait for a worker
   * @param held steps that are held before the queue
   * @param window what each task may have open
   * @param perSecond attempts that ended a second
   */
  public record Point(
      double seconds, int second, int waiting, long held, int window, long perSecond) {}

  public QueueCourse {
    points = List.copyOf(points);
  }

  /** How many commands should wait at a time, where more are there than the workers can take. */
  public double target(Point point) {
    return load.capacity(point.second()) * settings.target().toMillis() / 1_000.0;
  }

  /**
   * The part of the time, from a second on, in which the commands that wait were between half and
   * twice the target. Counts where steps were held, or more than twice the target was waiting.
   */
  public double partWithinTwice(int fromSecond) {
    int within = 0;
    int counted = 0;
    for (Point point : points) {
      double target = target(point);
      boolean isMore = point.waiting() > 2 * target;
      if (point.second() >= fromSecond && (point.held() > 0 || isMore)) {
        counted++;
        within += !isMore && point.waiting() >= target / 2 ? 1 : 0;
      }
    }
    return counted == 0 ? 1 : (double) within / counted;
  }

  /** What the workers did, as a part of what they could have, from a second on. */
  public double utilisation(int fromSecond) {
    double done = 0;
    double possible = 0;
    for (Point point : points) {
      if (point.second() >= fromSecond) {
        done += point.perSecond();
        possible += load.capacity(point.second());
      }
    }
    return done / possible;
  }
}
