package dev.millrace.examples.samples;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.WorkerBuilder;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * Asks for the same things again and again: tiles of the Mandelbrot set, some of which everybody
 * wants to see. Stateless.
 */
public final class CacheOptimized implements Sample {
  /** Tiles along each side of the square from -2-1.5i to 1+1.5i. */
  private static final int SIDE = 8;

  private static final int PIXELS = 128;
  private static final int MOST_ITERATIONS = 500;

  record Request(int tile) {}

  /** How many pixels of a tile are in the set. */
  record Rendered(int inside) {}

  @Override
  public String name() {
    return "cache-optimized";
  }

  @Override
  public String purpose() {
    return "2,000 requests for 64 tiles of the Mandelbrot set, each drawn once a partition";
  }

  @Override
  public int workflows() {
    return 2_000;
  }

  @Override
  public int inFlight() {
    return 16;
  }

  @Override
  public int steps() {
    return 1;
  }

  @Override
  public int depth() {
    return 1;
  }

  /** The higher its number, the more often a tile is asked for. */
  @Override
  public Request input(int workflow) {
    int spread = Math.floorMod(workflow * 0x9E3779B9, SIDE * SIDE * SIDE * SIDE);
    return new Request((int) Math.sqrt(spread));
  }

  @Override
  public WorkerBuilder addTo(WorkerBuilder worker) {
    return worker.handler("render", Request.class, CacheOptimized::render);
  }

  static StepResult render(Request request, StepContext context) {
    return StepResult.succeeded(new Rendered(inside(request.tile())));
  }

  private static int inside(int tile) {
    double step = 3.0 / (SIDE * PIXELS);
    int inside = 0;
    for (int y = 0; y < PIXELS; y++) {
      for (int x = 0; x < PIXELS; x++) {
        double real = -2 + (tile % SIDE * PIXELS + x) * step;
        double imaginary = -1.5 + (tile / SIDE * PIXELS + y) * step;
        inside += isInside(real, imaginary) ? 1 : 0;
      }
    }
    return inside;
  }

  private static boolean isInside(double real, double imaginary) {
    double x = 0;
    double y = 0;
    for (int i = 0; i < MOST_ITERATIONS; i++) {
      double next = x * x - y * y + real;
      y = 2 * x * y + imaginary;
      x = next;
      if (x * x + y * y > 4) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Verdict check(List<JsonNode> outputs) {
    int[] drawn = IntStream.range(0, SIDE * SIDE).map(CacheOptimized::inside).toArray();
    long right =
        IntStream.range(0, outputs.size())
            .filter(i -> outputs.get(i).path("inside").asInt(-1) == drawn[input(i).tile()])
            .count();
    return new Verdict(
        right == outputs.size(),
        "%,d of %,d tiles are those that were asked for".formatted(right, outputs.size()));
  }
}
