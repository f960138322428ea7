package dev.millrace.examples.samples;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.WorkerBuilder;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Many small workflows: an order is priced, packed and confirmed. Stateless. */
public final class HighThroughput implements Sample {
  private static final int GRAMS_PER_ITEM = 250;
  private static final int PARCEL_GRAMS = 2_000;

  record Line(String article, int quantity, int cents) {}

  record Order(int number, List<Line> lines) {
    Order {
      lines = List.copyOf(lines);
    }

    long cents() {
      return lines.stream().mapToLong(line -> (long) line.quantity() * line.cents()).sum();
    }

    int items() {
      return lines.stream().mapToInt(Line::quantity).sum();
    }
  }

  record Price(long cents) {}

  record Packing(int parcels) {}

  record Confirmation(int number, long cents, int parcels) {}

  @Override
  public String name() {
    return "high-throughput";
  }

  @Override
  public String purpose() {
    return "orders of three small steps, as many as the machine takes";
  }

  @Override
  public int workflows() {
    return 20_000;
  }

  @Override
  public int inFlight() {
    return 4_000;
  }

  @Override
  public int steps() {
    return 3;
  }

  @Override
  public int depth() {
    return 3;
  }

  @Override
  public Order input(int workflow) {
    return new Order(
        workflow,
        IntStream.rangeClosed(0, workflow % 3)
            .mapToObj(i -> new Line("A-" + (workflow + i) % 500, 1 + (workflow + i) % 7, 199 + i))
            .toList());
  }

  @Override
  public WorkerBuilder addTo(WorkerBuilder worker) {
    return worker
        .handler("price", Order.class, HighThroughput::price)
        .handler("pack", Order.class, HighThroughput::pack)
        .handler("confirm", Order.class, HighThroughput::confirm);
  }

  static StepResult price(Order order, StepContext context) {
    return StepResult.succeeded(new Price(order.cents()));
  }

  static StepResult pack(Order order, StepContext context) {
    return StepResult.succeeded(new Packing(parcels(order)));
  }

  private static int parcels(Order order) {
    return Math.ceilDiv(order.items() * GRAMS_PER_ITEM, PARCEL_GRAMS);
  }

  static StepResult confirm(Order order, StepContext context) {
    return StepResult.succeeded(
        new Confirmation(
            order.number(),
            context.dependency("price", Price.class).cents(),
            context.dependency("pack", Packing.class).parcels()));
  }

  @Override
  public Verdict check(List<JsonNode> outputs) {
    long wrong =
        IntStream.range(0, outputs.size()).filter(i -> !isRight(input(i), outputs.get(i))).count();
    long cents = outputs.stream().mapToLong(output -> output.path("cents").asLong()).sum();
    return new Verdict(
        wrong == 0, "orders worth %,.2f, %,d of them wrong".formatted(cents / 100.0, wrong));
  }

  private static boolean isRight(Order order, JsonNode confirmation) {
    return confirmation.path("number").asInt(-1) == order.number()
        && confirmation.path("cents").asLong() == order.cents()
        && confirmation.path("parcels").asInt() == parcels(order);
  }
}
