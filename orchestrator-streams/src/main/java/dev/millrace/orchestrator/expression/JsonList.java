package dev.millrace.orchestrator.expression;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A list of a payload, or one that an expression makes by adding items. Its items never change; it
 * is of one thread, since a list and the longer one made of it share their memory: a comprehension
 * adds its items one by one, and copying at each would cost the square of their number.
 */
@SuppressWarnings("Immutable") // items are only ever added behind the last one of any list
final class JsonList extends JsonContainer implements ReadOnlyList {
  private static final CelType TYPE = ListType.create(SimpleType.DYN);

  private final List<Object> shared;
  private final List<Object> items;

  /** The items so far of a list that is given away to it. */
  JsonList(List<Object> shared, long weight) {
    this(shared, new Prefix(shared), weight);
  }

  private JsonList(List<Object> shared, Prefix items, long weight) {
    super(TYPE, items, weight);
    this.shared = shared;
    this.items = items;
  }

  /**
   * The items of both lists.
   *
   * @throws NoValueException when they are more than {@link ExpressionLimits#LIST_ITEMS}
   */
  static JsonList concat(List<?> first, List<?> second) {
    int size = first.size() + second.size();
    if (size > ExpressionLimits.LIST_ITEMS) {
      throw new NoValueException(
          "a list of %d items is longer than %d; take fewer"
              .formatted(size, ExpressionLimits.LIST_ITEMS));
    }
    List<Object> shared;
    if (first instanceof JsonList list && list.size() == list.shared.size()) {
      shared = list.shared;
    } else {
      shared = new ArrayList<>(size);
      shared.addAll(first);
    }
    long weight = Weighed.of(first) + Weighed.of(second);
    shared.addAll(second);
    return new JsonList(shared, weight);
  }

  @Override
  public Object get(int index) {
    return items.get(index);
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public boolean isEmpty() {
    return items.isEmpty();
  }

  @Override
  public boolean contains(@Nullable Object item) {
    return items.contains(item);
  }

  @Override
  public boolean containsAll(Collection<?> others) {
    return items.containsAll(others);
  }

  @Override
  public int indexOf(@Nullable Object item) {
    return items.indexOf(item);
  }

  @Override
  public int lastIndexOf(@Nullable Object item) {
    return items.lastIndexOf(item);
  }

  @Override
  public Iterator<Object> iterator() {
    return items.iterator();
  }

  @Override
  public ListIterator<Object> listIterator() {
    return items.listIterator();
  }

  @Override
  public ListIterator<Object> listIterator(int index) {
    return items.listIterator(index);
  }

  @Override
  public List<Object> subList(int from, int to) {
    return items.subList(from, to);
  }

  @Override
  public Object[] toArray() {
    return items.toArray();
  }

  @Override
  public <T> T[] toArray(T[] array) {
    return items.toArray(array);
  }

  /** Short: CEL puts it into its messages. */
  @Override
  public String toString() {
    return "a list of %d items".formatted(size());
  }

  /** As many items of a list as it has now, whatever is added later. */
  private static final class Prefix extends AbstractList<Object> implements RandomAccess {
    private final List<Object> whole;
    private final int size;

    Prefix(List<Object> whole) {
      this.whole = whole;
      this.size = whole.size();
    }

    @Override
    public Object get(int index) {
      if (index >= size) {
        throw new IndexOutOfBoundsException(index);
      }
      return whole.get(index);
    }

    @Override
    public int size() {
      return size;
    }
  }
}
