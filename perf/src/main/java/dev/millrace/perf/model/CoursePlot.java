package dev.millrace.perf.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A course of a queue as a picture. */
public final class CoursePlot {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 320;

  private CoursePlot() {}

  /** Writes a PNG file. */
  public static void write(String title, QueueCourse course, Path file) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("seconds")
            .yAxisTitle("commands")
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE).setMarkerSize(0);
    List<QueueCourse.Point> points = course.points();
    add(chart, "waiting for a worker", points, QueueCourse.Point::waiting);
    add(chart, "target", points, course::target);
    add(chart, "done a second", points, QueueCourse.Point::perSecond);
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
  }

  private static void add(
      XYChart chart,
      String name,
      List<QueueCourse.Point> points,
      ToDoubleFunction<QueueCourse.Point> value) {
    double[] seconds = points.stream().mapToDouble(QueueCourse.Point::seconds).toArray();
    double[] values = points.stream().mapToDouble(value).toArray();
    chart.addSeries(name, seconds, values).setMarker(SeriesMarkers.NONE);
  }
}
