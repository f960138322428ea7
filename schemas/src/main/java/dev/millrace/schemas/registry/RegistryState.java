package dev.millrace.schemas.registry;

import io.confluent.kafka.schemaregistry.CompatibilityChecker;
import io.confluent.kafka.schemaregistry.CompatibilityLevel;
import io.confluent.kafka.schemaregistry.ParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.SimpleParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Subjects, versions, ids and compatibility levels of the built-in registry. A schema has one id
 * under all its subjects; ids and versions count from 1 in the order of registration. Thread-safe.
 */
final class RegistryState {
  /** Most schemas that one registry holds. */
  static final int MAX_SCHEMAS = 10_000;

  private static final int SUBJECT_CHARS = 512;
  private static final String WHOLE_REGISTRY = "";

  /** A schema as a version of its subject. */
  record Version(String subject, int version, int id, String schema) {}

  private final @Nullable RegistryJournal journal;
  private final Map<String, List<AvroSchema>> subjects = new TreeMap<>();
  private final Map<AvroSchema, Integer> ids = new LinkedHashMap<>();
  private final List<AvroSchema> byId = new ArrayList<>();
  private final Map<String, CompatibilityLevel> levels = new HashMap<>();

  /** The state that a journal tells of; without one, an empty state that is kept nowhere. */
  RegistryState(@Nullable RegistryJournal journal) throws IOException {
    this.journal = journal;
    levels.put(WHOLE_REGISTRY, CompatibilityLevel.BACKWARD);
    if (journal != null) {
      for (RegistryJournal.Change change : journal.found()) {
        apply(change);
      }
    }
  }

  synchronized List<String> subjects() {
    return List.copyOf(subjects.keySet());
  }

  synchronized int register(String subject, String text) throws RegistryRefusal, IOException {
    if (subject.isBlank() || subject.length() > SUBJECT_CHARS) {
      throw new RegistryRefusal(
          42208, "subject '%s': must have 1 to %d characters".formatted(subject, SUBJECT_CHARS));
    }
    AvroSchema schema = parsed(text);
    List<AvroSchema> versions = subjects.getOrDefault(subject, List.of());
    if (!versions.contains(schema)) {
      List<String> problems = problems(schema, versions, level(subject));
      if (!problems.isEmpty()) {
        throw new RegistryRefusal(
            409,
            "schema is incompatible with an earlier one of subject '%s' at level %s: %s"
                .formatted(subject, level(subject), problems));
      }
      int id = ids.getOrDefault(schema, byId.size() + 1);
      if (id > MAX_SCHEMAS) {
        throw new RegistryRefusal(
            42205, "the registry is full: it holds at most %d schemas".formatted(MAX_SCHEMAS));
      }
      record(new RegistryJournal.Change(subject, null, schema.canonicalString(), id));
    }
    return id(schema);
  }

  synchronized Version lookUp(String subject, String text) throws RegistryRefusal {
    AvroSchema schema = parsed(text);
    int index = versions(subject).indexOf(schema);
    if (index < 0) {
      throw new RegistryRefusal(40403, "subject '%s' does not have this schema".formatted(subject));
    }
    return version(subject, schema, index + 1);
  }

  synchronized int versionCount(String subject) throws RegistryRefusal {
    return versions(subject).size();
  }

  synchronized Version version(String subject, String version) throws RegistryRefusal {
    List<AvroSchema> versions = versions(subject);
    int number = version.equals("latest") ? versions.size() : number(version);
    if (number > versions.size()) {
      throw new RegistryRefusal(
          40402,
          "subject '%s' has no version %s; its latest is %d"
              .formatted(subject, version, versions.size()));
    }
    return version(subject, versions.get(number - 1), number);
  }

  synchronized String schema(String id) throws RegistryRefusal {
    if (!id.matches("[1-9][0-9]{0,8}") || Integer.parseInt(id) > byId.size()) {
      throw new RegistryRefusal(40403, "no schema has id %s".formatted(id));
    }
    return byId.get(Integer.parseInt(id) - 1).canonicalString();
  }

  /** The level of a subject or of the whole registry. */
  synchronized CompatibilityLevel level(@Nullable String subject, boolean orDefault)
      throws RegistryRefusal {
    if (subject == null || orDefault) {
      return level(subject == null ? WHOLE_REGISTRY : subject);
    }
    CompatibilityLevel level = levels.get(subject);
    if (level == null) {
      throw new RegistryRefusal(
          40408, "subject '%s' has no compatibility level of its own".formatted(subject));
    }
    return level;
  }

  synchronized void setLevel(@Nullable String subject, String name)
      throws RegistryRefusal, IOException {
    CompatibilityLevel level = CompatibilityLevel.forName(name);
    if (level == null) {
      throw new RegistryRefusal(
          42203,
          "compatibility level '%s': must be one of %s"
              .formatted(name, List.of(CompatibilityLevel.values())));
    }
    String key = subject == null ? WHOLE_REGISTRY : subject;
    record(new RegistryJournal.Change(key, level.name, null, 0));
  }

  /** What keeps a schema from following a version of a subject; empty when nothing does. */
  synchronized List<String> problemsWith(String subject, String version, String text)
      throws RegistryRefusal {
    AvroSchema schema = parsed(text);
    AvroSchema earlier = parsed(version(subject, version).schema());
    return problems(schema, List.of(earlier), level(subject));
  }

  private CompatibilityLevel level(String subject) {
    CompatibilityLevel level = levels.get(subject);
    return level != null ? level : levels.getOrDefault(WHOLE_REGISTRY, CompatibilityLevel.BACKWARD);
  }

  private static List<String> problems(
      AvroSchema schema, List<AvroSchema> earlier, CompatibilityLevel level) {
    List<ParsedSchemaHolder> holders = new ArrayList<>();
    earlier.forEach(version -> holders.add(new SimpleParsedSchemaHolder(version)));
    return CompatibilityChecker.checker(level).isCompatibleWithHolders(schema, holders);
  }

  private void record(RegistryJournal.Change change) throws IOException {
    if (journal != null) {
      journal.append(change);
    }
    apply(change);
  }

  private void apply(RegistryJournal.Change change) throws IOException {
    if (change.schema() != null) {
      AvroSchema schema = new AvroSchema(change.schema());
      if (!ids.containsKey(schema)) {
        byId.add(schema);
        ids.put(schema, byId.size());
      }
      if (id(schema) != change.id()) {
        throw new IOException(
            "%s: schema of subject '%s' has id %d, expected %d; a line is missing before it"
                .formatted(RegistryJournal.FILE, change.subject(), change.id(), id(schema)));
      }
      subjects.computeIfAbsent(change.subject(), subject -> new ArrayList<>()).add(schema);
    } else {
      CompatibilityLevel level =
          change.compatibility() == null
              ? null
              : CompatibilityLevel.forName(change.compatibility());
      if (level == null) {
        throw new IOException(
            "%s: neither a schema nor a compatibility level: %s"
                .formatted(RegistryJournal.FILE, change));
      }
      levels.put(change.subject(), level);
    }
  }

  private List<AvroSchema> versions(String subject) throws RegistryRefusal {
    List<AvroSchema> versions = subjects.get(subject);
    if (versions == null) {
      throw new RegistryRefusal(40401, "subject '%s' does not exist".formatted(subject));
    }
    return versions;
  }

  private Version version(String subject, AvroSchema schema, int version) {
    return new Version(subject, version, id(schema), schema.canonicalString());
  }

  private int id(AvroSchema schema) {
    return ids.getOrDefault(schema, 0);
  }

  private static int number(String version) throws RegistryRefusal {
    if (!version.matches("[1-9][0-9]{0,8}")) {
      throw new RegistryRefusal(
          42202, "version '%s': must be a number from 1 or 'latest'".formatted(version));
    }
    return Integer.parseInt(version);
  }

  private static AvroSchema parsed(String text) throws RegistryRefusal {
    try {
      AvroSchema schema = new AvroSchema(text);
      schema.validate();
      return schema;
    } catch (AvroRuntimeException | IllegalArgumentException e) {
      throw new RegistryRefusal(42201, "not an Avro schema: " + e.getMessage());
    }
  }
}
