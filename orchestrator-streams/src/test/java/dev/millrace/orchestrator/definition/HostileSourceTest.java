package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sources made to cost much; the time that each takes is printed, not judged. */
class HostileSourceTest {
  private static final long MOST_BYTES = 50L * 1024 * 1024;
  private static final long MOST_BYTES_WITHIN_LIMITS = 256L * 1024 * 1024;
  private static final int ROUNDS = 4;
  private static final String HEAD = "name: w\nversion: 1\n";

  static Stream<Arguments> sources() {
    return Stream.of(
        source("ring in JSON", "cycle", jsonRing()),
        source("100,000 steps", "too-many-steps", HEAD + steps(100_000, i -> "  - id: s" + i)),
        source("100,000 steps in JSON", "too-many-steps", jsonSteps()),
        source(
            "1,300,000 dependencies",
            "too-many-dependencies",
            HEAD + "steps: [{id: a, dependsOn: [a" + ",a\n".repeat(1_300_000) + "]}]"),
        source("alias bomb", "too-many-aliases", aliasBomb()),
        source("alias bomb in the steps", "too-many-aliases", HEAD + stepBomb()),
        source("depth 1,000", "too-deep", "name: " + "[".repeat(1_000)),
        source("depth 1,000,000", "too-deep", "name: " + "[\n".repeat(1_000_000)),
        source("depth 1,000 in blocks", "too-deep", "name:\n" + nestedBlocks()),
        source("depth 1,000 in JSON", "too-deep", "{\"name\":" + "[".repeat(1_000)),
        source("5 MiB", "source-too-large", "#".repeat(5 * 1024 * 1024)),
        source("4 MiB of one text", "line-too-long", "version: 1\nname: " + "x".repeat(4_000_000)),
        source(
            "4 MiB of one text in JSON",
            "bad-name",
            "{\"name\":\"" + "x".repeat(4_000_000) + "\"}"),
        source("4 MiB of line feeds", "empty-source", "\n".repeat(4_000_000)),
        source("1,300,000 unknown values", "too-much-unknown", "x: [a" + ",a\n".repeat(1_300_000)),
        source("800,000 unknown fields", "too-many-problems", "x: 1\n".repeat(800_000)),
        source(
            "1,000,000 bad steps",
            "too-many-problems",
            HEAD + "steps: [1" + ",1\n".repeat(1_000_000)),
        source("200,000 failure rules", "failure-rule", HEAD + routes()),
        source(
            "4 MiB of one template",
            "template-text",
            HEAD + "output: [a" + ",a\n".repeat(1_300_000) + "]"),
        source("template of depth 1,000", "too-deep", HEAD + "output: " + "[".repeat(1_000)),
        source("4 MiB of cases", "switch-cases", HEAD + cases()),
        source(
            "1,000,000 days",
            "too-many-problems",
            HEAD + "steps: [{id: a, window: {days: [MON" + ",MON\n".repeat(800_000) + "]}}]"),
        source("480,000 expressions", "too-many-expressions", HEAD + templates()),
        source("long number", "wrong-type", "name: w\nversion: 1" + "0".repeat(200_000)),
        source("large exponent", "wrong-type", "name: w\nversion: 1e999999999"));
  }

  /** Sources within every limit cost what they hold: their text is read to its end. */
  static Stream<Arguments> sourcesWithinTheLimits() {
    return Stream.of(
        source("ring of 10,000 steps", "cycle", HEAD + ring()),
        source("ring of 10,000 steps with 50,000 dependencies", "cycle", HEAD + denseRing()),
        source("4 MiB of escapes", "bad-name", "name: \"" + "\\x41\n".repeat(800_000) + "\""),
        source("4 MiB of comments", "empty-source", "# x\n".repeat(1_000_000)),
        source("10,000 misspelt dependencies", "unknown-dependency", HEAD + misspelt()));
  }

  private static Arguments source(String what, String code, String text) {
    return Arguments.of(what, code, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String steps(int count, IntFunction<String> step) {
    return IntStream.range(0, count)
        .mapToObj(step)
        .collect(Collectors.joining("\n", "steps:\n", "\n"));
  }

  private static String ring() {
    return steps(10_000, i -> "  - id: s%d\n    dependsOn: [s%d]".formatted(i, (i + 1) % 10_000));
  }

  private static String denseRing() {
    return steps(
        10_000,
        i ->
            "  - {id: s%d, dependsOn: [s%d, s%d, s%d, s%d, s%d]}"
                .formatted(
                    i,
                    (i + 1) % 10_000,
                    (i + 2) % 10_000,
                    (i + 3) % 10_000,
                    (i + 4) % 10_000,
                    (i + 5) % 10_000));
  }

  private static String templates() {
    return steps(60, i -> "  - {id: s%d, set: [%s]}".formatted(i, "\"${}\",\n".repeat(8_000)));
  }

  private static String routes() {
    return "steps: [{id: a, onFailure: [" + "{then: {route: b}},\n".repeat(200_000) + "]}]";
  }

  private static String cases() {
    return "steps: [{id: a, switch: [" + "{case: b, when: x},\n".repeat(200_000) + "]}]";
  }

  private static String jsonRing() {
    return IntStream.range(0, 10_000)
        .mapToObj(i -> "{\"id\":\"s%d\",\"dependsOn\":[\"s%d\"]}".formatted(i, (i + 1) % 10_000))
        .collect(Collectors.joining(",", "{\"name\":\"w\",\"version\":1,\"steps\":[", "]}"));
  }

  private static String jsonSteps() {
    return IntStream.range(0, 100_000)
        .mapToObj(i -> "{\"id\":\"s%d\"}".formatted(i))
        .collect(Collectors.joining(",", "{\"name\":\"w\",\"version\":1,\"steps\":[", "]}"));
  }

  private static String aliasBomb() {
    return IntStream.range(1, 10)
        .mapToObj(
            i -> "a%d: &a%d [%s*a%d]".formatted(i, i, "*a%d,".formatted(i - 1).repeat(8), i - 1))
        .collect(Collectors.joining("\n", "a0: &a0 [x,x,x,x,x,x,x,x,x]\n", "\n"));
  }

  private static String stepBomb() {
    return "retry: {nonRetryable: &r [x]}\n"
        + steps(50_000, i -> "  - {id: s%d, retry: {nonRetryable: *r}}".formatted(i));
  }

  private static String nestedBlocks() {
    return IntStream.range(1, 1_000)
        .mapToObj(i -> " ".repeat(i) + "x:\n")
        .collect(Collectors.joining());
  }

  private static String misspelt() {
    String prefix = "x".repeat(100);
    return steps(10_000, i -> "  - {id: %s%d, dependsOn: [%s%da]}".formatted(prefix, i, prefix, i));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sources")
  void isRefusedWithLittleMemory(String what, String code, byte[] source) {
    assertThat(allocatedBytes(what, code, source)).isLessThan(MOST_BYTES);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sourcesWithinTheLimits")
  void isReadWithBoundedMemory(String what, String code, byte[] source) {
    assertThat(allocatedBytes(what, code, source)).isLessThan(MOST_BYTES_WITHIN_LIMITS);
  }

  /** The least of some rounds, for the first allocate what compiled code does not. */
  private static long allocatedBytes(String what, String code, byte[] source) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().threadId();
    long least = Long.MAX_VALUE;
    long micros = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      long startNanos = System.nanoTime();
      long before = threads.getThreadAllocatedBytes(thread);
      ParsedDefinition parsed = Sources.PARSER.parse(source);
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
      micros = Math.min(micros, (System.nanoTime() - startNanos) / 1_000);

      assertThat(parsed).isInstanceOf(ParsedDefinition.Refused.class);
      assertThat(parsed.problems()).extracting(Problem::code).contains(code);
    }
    System.out.printf("%-48s %,10d us %,14d bytes allocated%n", what, micros, least);
    return least;
  }
}
