package dev.millrace.orchestrator.expression;

import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.SelectableValue;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.schemas.MediaTypes;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An object of a payload, its fields in the order of the text. Immutable. */
@SuppressWarnings("Immutable") // the map is given away by who makes it
final class JsonObject extends JsonContainer implements ReadOnlyMap, SelectableValue<String> {
  private static final CelType TYPE = MapType.create(SimpleType.STRING, SimpleType.DYN);

  private final Map<String, Object> fields;

  JsonObject(Map<String, Object> fields, long weight) {
    super(TYPE, fields, weight);
    this.fields = fields;
  }

  @Override
  public Object select(String field) {
    Object value = fields.get(field);
    if (value == null) {
      requireReadable(field);
      throw CelAttributeNotFoundException.of(
          "there is no field '%s'; ask has(...) first, or give a default: .?%s.orValue(...)"
              .formatted(field, field));
    }
    return value;
  }

  @Override
  public Optional<Object> find(String field) {
    Object value = fields.get(field);
    if (value == null) {
      requireReadable(field);
    }
    return Optional.ofNullable(value);
  }

  /**
   * Whether it has a field is not known where it stands for a payload that only workers can read.
   */
  private void requireReadable(String field) {
    if (fields.get("$contentType") instanceof String type && MediaTypes.isEncoded(type)) {
      throw CelAttributeNotFoundException.of(
          "whether there is a field '%s' is not known: it is %s, which only workers can read"
              .formatted(field, Excerpt.of(type)));
    }
  }

  @Override
  public @Nullable Object get(Object key) {
    return fields.get(key);
  }

  @Override
  public boolean containsKey(Object key) {
    return fields.containsKey(key);
  }

  @Override
  public boolean containsValue(Object value) {
    return fields.containsValue(value);
  }

  @Override
  public int size() {
    return fields.size();
  }

  @Override
  public boolean isEmpty() {
    return fields.isEmpty();
  }

  @Override
  public Set<String> keySet() {
    return fields.keySet();
  }

  @Override
  public Collection<Object> values() {
    return fields.values();
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    return fields.entrySet();
  }

  /** Short: CEL puts it into its messages. */
  @Override
  public String toString() {
    return "an object of %d fields".formatted(fields.size());
  }
}
