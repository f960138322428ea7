package dev.millrace.orchestrator.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PageTest {
  @Test
  void pageEndsWhereTheFirstOfItsPartsEnds() {
    Page<String> merged =
        Page.merged(
            List.of(new Page<>(List.of("a", "d"), "d"), new Page<>(List.of("b", "e", "f"), null)),
            10,
            Function.identity());

    assertThat(merged.items()).containsExactly("a", "b", "d");
    assertThat(merged.next()).isEqualTo("d");
  }

  @Test
  void pageThatIsFullGoesOnBehindItsLast() {
    Page<String> merged =
        Page.merged(
            List.of(new Page<>(List.of("a", "c"), null), new Page<>(List.of("b"), null)),
            2,
            Function.identity());

    assertThat(merged).isEqualTo(new Page<>(List.of("a", "b"), "b"));
  }

  @Test
  void orderIsThatOfTheBytesInTheStore() {
    String behind = new String(Character.toChars(0x1F600));

    assertThat(behind).as("in Java's order").isLessThan("\uFFFD");
    assertThat(Page.ID_ORDER.compare(behind, "\uFFFD")).isPositive();
  }

  @Test
  void pagesShowEachItemOnceHoweverItIsSharedOut() {
    Random random = new Random(7);
    for (int run = 0; run < 200; run++) {
      int parts = 1 + random.nextInt(4);
      List<List<String>> shares =
          IntStream.range(0, parts).<List<String>>mapToObj(i -> new ArrayList<>()).toList();
      List<String> all =
          IntStream.range(0, random.nextInt(60)).mapToObj("w-%03d"::formatted).toList();
      all.forEach(each -> shares.get(random.nextInt(parts)).add(each));
      int limit = 1 + random.nextInt(9);

      List<String> seen = new ArrayList<>();
      String after = null;
      do {
        String from = after;
        Page<String> page =
            Page.merged(
                shares.stream().map(share -> pageOf(share, from, limit)).toList(),
                limit,
                Function.identity());
        seen.addAll(page.items());
        after = page.next();
      } while (after != null);

      assertThat(seen).as("run " + run).containsExactlyElementsOf(all);
    }
  }

  private static Page<String> pageOf(List<String> share, @Nullable String after, int limit) {
    List<String> left =
        share.stream()
            .filter(each -> after == null || Page.ID_ORDER.compare(each, after) > 0)
            .toList();
    return left.size() <= limit
        ? new Page<>(left, null)
        : new Page<>(left.subList(0, limit), left.get(limit - 1));
  }
}
