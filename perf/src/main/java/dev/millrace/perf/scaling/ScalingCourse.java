package dev.millrace.perf.scaling;

import java.util.List;

/**
 * What became of queue and workers, second by second, with the questions that are asked of it.
 *
 * @param points in the order of time
 */
public record ScalingCourse(List<ScalingPoint> points) {
  /** What is reached is reached when it lasts so long, in seconds. */
  private static final double LASTING = 5;

  public ScalingCourse {
    points = List.copyOf(points);
  }

  private List<ScalingPoint> between(double from, double to) {
    return points.stream()
        .filter(point -> point.seconds() >= from && point.seconds() < to)
        .toList();
  }

  /**
   * How many seconds after a time there were more workers at work than then.
   *
   * @return not a number if there never were
   */
  public double secondsToFirstNew(double from, double to) {
    List<ScalingPoint> part = between(from, to);
    int before = part.getFirst().ready();
    return part.stream()
        .filter(point -> point.ready() > before)
        .mapToDouble(point -> point.seconds() - from)
        .findFirst()
        .orElse(Double.NaN);
  }

  /**
   * How many seconds after a time nothing was held and the lag was no more than what comes in so
   * long; after five seconds more it was still so.
   *
   * @param allowedSeconds what commands may take from being ready to being committed
   * @return not a number if it never was
   */
  public double secondsToTarget(double from, double to, double allowedSeconds) {
    double since = Double.NaN;
    for (ScalingPoint point : between(from, to)) {
      boolean isThere =
          point.held() == 0 && point.lag() <= Math.max(1, point.perSecond() * allowedSeconds);
      if (!isThere) {
        since = Double.NaN;
      } else if (Double.isNaN(since)) {
        since = point.seconds();
      } else if (point.seconds() - since >= LASTING) {
        return since - from;
      }
    }
    return Double.NaN;
  }

  /**
   * By how many workers their number swings once it has begun to fall: the largest rise after that,
   * while the load is the same.
   */
  public int swing(double from, double to) {
    int fewest = Integer.MAX_VALUE;
    int swing = 0;
    int before = 0;
    for (ScalingPoint point : between(from, to)) {
      if (point.wanted() < before) {
        fewest = Math.min(fewest, point.wanted());
      }
      if (fewest != Integer.MAX_VALUE) {
        fewest = Math.min(fewest, point.wanted());
        swing = Math.max(swing, point.wanted() - fewest);
      }
      before = point.wanted();
    }
    return swing;
  }

  /** Mean number of workers that were to be there. */
  public double meanWanted(double from, double to) {
    return between(from, to).stream().mapToInt(ScalingPoint::wanted).average().orElse(Double.NaN);
  }

  /** The most that waited or ran. */
  public long mostBacklog(double from, double to) {
    return between(from, to).stream().mapToLong(ScalingPoint::backlog).max().orElse(0);
  }
}
