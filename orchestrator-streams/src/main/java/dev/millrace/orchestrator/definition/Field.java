package dev.millrace.orchestrator.definition;

import java.util.Arrays;
import java.util.List;

/** A field of the language; each kind of mapping has its own. */
sealed interface Field {
  /** The field as it is written. */
  String text();

  /** The fields of a kind as they are written, in the order of the language. */
  static <F extends Enum<F> & Field> List<String> texts(Class<F> kind) {
    return Arrays.stream(kind.getEnumConstants()).map(Field::text).toList();
  }

  /** The fields of a definition. */
  enum OfDefinition implements Field {
    NAME("name"),
    VERSION("version"),
    TIMEOUT("timeout"),
    QUEUE("queue"),
    RETRY("retry"),
    MAX_PARALLEL("maxParallel"),
    OUTPUT("output"),
    EVENTS("events"),
    STEPS("steps"),
    FINALLY("finally");

    private final String text;

    OfDefinition(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a step. */
  enum OfStep implements Field {
    ID("id"),
    TYPE("type"),
    QUEUE("queue"),
    SET("set"),
    DELAY("delay"),
    UNTIL("until"),
    SIGNAL("signal"),
    WORKFLOW("workflow"),
    SWITCH("switch"),
    DEPENDS_ON("dependsOn"),
    JOIN("join"),
    WHEN("when"),
    INPUT("input"),
    AFFINITY("affinity"),
    TIMEOUT("timeout"),
    SCHEDULE_TO_START("scheduleToStart"),
    SCHEDULE_TO_CLOSE("scheduleToClose"),
    HEARTBEAT("heartbeat"),
    RETRY("retry"),
    ON_FAILURE("onFailure"),
    REPEAT("repeat"),
    FOR_EACH("forEach"),
    COMPENSATE("compensate"),
    WINDOW("window"),
    CACHE("cache");

    private final String text;

    OfStep(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a retry policy. */
  enum OfRetry implements Field {
    MAX_ATTEMPTS("maxAttempts"),
    INITIAL_INTERVAL("initialInterval"),
    COEFFICIENT("coefficient"),
    MAX_INTERVAL("maxInterval"),
    JITTER("jitter"),
    NON_RETRYABLE("nonRetryable");

    private final String text;

    OfRetry(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a dependency with a condition. */
  enum OfDependency implements Field {
    STEP("step"),
    WHEN("when"),
    CASE("case");

    private final String text;

    OfDependency(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a join rule with a number. */
  enum OfJoin implements Field {
    AT_LEAST("atLeast");

    private final String text;

    OfJoin(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a signal. */
  enum OfSignal implements Field {
    NAME("name"),
    SCHEMA("schema"),
    FORM("form");

    private final String text;

    OfSignal(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a workflow that a step starts. */
  enum OfChild implements Field {
    DEFINITION("definition"),
    VERSION("version"),
    ID("id"),
    INPUT("input"),
    DETACHED("detached"),
    ON_CANCEL("onCancel");

    private final String text;

    OfChild(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a case of a switch. */
  enum OfCase implements Field {
    CASE("case"),
    WHEN("when");

    private final String text;

    OfCase(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a failure rule. */
  enum OfFailureRule implements Field {
    TYPES("types"),
    THEN("then");

    private final String text;

    OfFailureRule(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a reaction that names a step. */
  enum OfReaction implements Field {
    ROUTE("route");

    private final String text;

    OfReaction(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a repetition. */
  enum OfRepeat implements Field {
    UNTIL("until"),
    DELAY("delay"),
    MAX("max");

    private final String text;

    OfRepeat(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a step for each item. */
  enum OfForEach implements Field {
    ITEMS("items"),
    MAX_PARALLEL("maxParallel"),
    BATCH_SIZE("batchSize"),
    TOLERATE("tolerate");

    private final String text;

    OfForEach(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a compensation. */
  enum OfCompensation implements Field {
    TYPE("type"),
    QUEUE("queue"),
    INPUT("input"),
    TIMEOUT("timeout"),
    RETRY("retry");

    private final String text;

    OfCompensation(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a delivery window. */
  enum OfWindow implements Field {
    TIME_ZONE("timeZone"),
    DAYS("days"),
    FROM("from"),
    TO("to");

    private final String text;

    OfWindow(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }

  /** The fields of a result cache. */
  enum OfCache implements Field {
    KEY("key"),
    TTL("ttl");

    private final String text;

    OfCache(String text) {
      this.text = text;
    }

    @Override
    public String text() {
      return text;
    }
  }
}
