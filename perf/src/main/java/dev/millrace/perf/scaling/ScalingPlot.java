package dev.millrace.perf.scaling;

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

/** Load, workers, backlog and age over the same time, one below the other. */
public final class ScalingPlot {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 190;
  private static final double SECOND_MS = 1_000;

  private final List<ScalingPoint> points;

  private ScalingPlot(List<ScalingPoint> points) {
    this.points = points;
  }

  /** Writes a PNG file. */
  public static void write(String title, List<ScalingPoint> points, Path file) throws IOException {
    ScalingPlot plot = new ScalingPlot(points);
    XYChart load = plot.chart(title, "steps a second");
    plot.add(load, "load", ScalingPoint::perSecond);
    XYChart workers = plot.chart("", "workers");
    plot.add(workers, "wanted", ScalingPoint::wanted);
    plot.add(workers, "at work", ScalingPoint::ready);
    XYChart backlog = plot.chart("", "commands, steps");
    plot.add(backlog, "lag", ScalingPoint::lag);
    plot.add(backlog, "held", ScalingPoint::held);
    XYChart age = plot.chart("", "seconds");
    plot.add(age, "oldest held", point -> point.oldestMs() / SECOND_MS);
    List<XYChart> rows = List.of(load, workers, backlog, age);
    BitmapEncoder.saveBitmap(rows, rows.size(), 1, file.toString(), BitmapFormat.PNG);
  }

  private XYChart chart(String title, String unit) {
    XYChart chart =
        new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).yAxisTitle(unit).build();
    chart
        .getStyler()
        .setLegendPosition(LegendPosition.OutsideE)
        .setMarkerSize(0)
        .setChartTitleVisible(!title.isEmpty());
    return chart;
  }

  private void add(XYChart chart, String name, ToDoubleFunction<ScalingPoint> value) {
    double[] seconds = points.stream().mapToDouble(ScalingPoint::seconds).toArray();
    double[] values = points.stream().mapToDouble(value).toArray();
    chart.addSeries(name, seconds, values).setMarker(SeriesMarkers.NONE);
  }
}
