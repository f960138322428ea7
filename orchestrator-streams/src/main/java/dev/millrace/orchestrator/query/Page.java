package dev.millrace.orchestrator.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Some of many things, in the order of their ids' UTF-8 bytes.
 *
 * @param items all that there is after the former page and up to {@code next}, if that is given
 * @param next the id behind which the next page begins; null when there is nothing more. It may
 *     belong to nothing that was asked for
 * @param isPartial whether of some things it was not to be told if they belong to the items
 */
public record Page<T>(List<T> items, @Nullable String next, boolean isPartial) {
  /** The order of pages. */
  public static final Comparator<String> ID_ORDER =
      (one, other) -> Arrays.compareUnsigned(one.getBytes(UTF_8), other.getBytes(UTF_8));

  public Page {
    items = List.copyOf(items);
  }

  /** A page of which nothing is missing. */
  public Page(List<T> items, @Nullable String next) {
    this(items, next, false);
  }

  /**
   * One page of pages that begin at the same id and have no item in common.
   *
   * @param limit how many items at most
   */
  public static <T> Page<T> merged(List<Page<T>> pages, int limit, Function<T, String> idOf) {
    // Beyond the first end of a page it is not known what the page goes on with.
    String end = pages.stream().map(Page::next).filter(Objects::nonNull).min(ID_ORDER).orElse(null);
    List<T> items = new ArrayList<>();
    for (Page<T> page : pages) {
      for (T item : page.items()) {
        if (end == null || ID_ORDER.compare(idOf.apply(item), end) <= 0) {
          items.add(item);
        }
      }
    }
    items.sort(Comparator.comparing(idOf, ID_ORDER));
    boolean isPartial = pages.stream().anyMatch(Page::isPartial);
    return items.size() <= limit
        ? new Page<>(items, end, isPartial)
        : new Page<>(items.subList(0, limit), idOf.apply(items.get(limit - 1)), isPartial);
  }
}
