package dev.millrace.examples.samples;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.WorkerBuilder;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** One piece of work in many parts: the primes below a number are counted. Stateless. */
public final class ParallelProcessing implements Sample {
  private static final int BELOW = 5_000_000;
  private static final int PARTS = 500;

  /** Primes below {@link #BELOW}; OEIS A006880 and its like. */
  private static final int PRIMES = 348_513;

  record Question(int below, int parts) {}

  /** Of numbers, the first one in it and the last one not. */
  record Range(int from, int to) {}

  record Ranges(List<Range> ranges) {
    Ranges {
      ranges = List.copyOf(ranges);
    }
  }

  record Count(int primes) {}

  record Results(List<Count> counts, int estimate) {
    Results {
      counts = List.copyOf(counts);
    }
  }

  record Answer(int primes, int estimate) {}

  @Override
  public String name() {
    return "parallel-processing";
  }

  @Override
  public String purpose() {
    return "primes counted in 500 ranges at once, five to a command, beside an estimate";
  }

  @Override
  public int workflows() {
    return 8;
  }

  @Override
  public int inFlight() {
    return 2;
  }

  @Override
  public int steps() {
    return 3 + PARTS;
  }

  @Override
  public int depth() {
    return 3;
  }

  @Override
  public Question input(int workflow) {
    return new Question(BELOW, PARTS);
  }

  @Override
  public WorkerBuilder addTo(WorkerBuilder worker) {
    return worker
        .handler("split", Question.class, ParallelProcessing::split)
        .handler("count-primes", ParallelProcessing::countAll)
        .handler("estimate", Question.class, ParallelProcessing::estimate)
        .handler("compare", Results.class, ParallelProcessing::compare);
  }

  static StepResult split(Question question, StepContext context) {
    return StepResult.succeeded(
        new Ranges(
            IntStream.range(0, question.parts())
                .mapToObj(part -> new Range(bound(question, part), bound(question, part + 1)))
                .toList()));
  }

  private static int bound(Question question, int part) {
    return Math.toIntExact((long) question.below() * part / question.parts());
  }

  static StepResult countAll(StepContext context) {
    return StepResult.batch(
        context.items(Range.class).stream()
            .map(range -> StepResult.succeeded(new Count(count(range))))
            .toList());
  }

  /** Counts by trial division. */
  static int count(Range range) {
    return Math.toIntExact(
        IntStream.range(range.from(), range.to()).filter(ParallelProcessing::isPrime).count());
  }

  private static boolean isPrime(int number) {
    if (number < 4) {
      return number > 1;
    }
    if (number % 2 == 0) {
      return false;
    }
    for (int divisor = 3; divisor * divisor <= number; divisor += 2) {
      if (number % divisor == 0) {
        return false;
      }
    }
    return true;
  }

  /** Legendre's estimate, x / (ln x - 1.08366). */
  static StepResult estimate(Question question, StepContext context) {
    return StepResult.succeeded(
        new Count((int) (question.below() / (Math.log(question.below()) - 1.08366))));
  }

  static StepResult compare(Results results, StepContext context) {
    return StepResult.succeeded(
        new Answer(results.counts().stream().mapToInt(Count::primes).sum(), results.estimate()));
  }

  @Override
  public Verdict check(List<JsonNode> outputs) {
    long right = outputs.stream().filter(output -> output.path("primes").asInt() == PRIMES).count();
    return new Verdict(
        right == outputs.size(),
        "%,d of %,d found the %,d primes below %,d; the estimate was %,d"
            .formatted(
                right,
                outputs.size(),
                PRIMES,
                BELOW,
                outputs.isEmpty() ? 0 : outputs.getFirst().path("estimate").asInt()));
  }
}
