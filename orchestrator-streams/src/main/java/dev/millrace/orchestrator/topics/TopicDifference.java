package dev.millrace.orchestrator.topics;

/** One way in which a cluster is not as the plan says. */
public sealed interface TopicDifference {
  String topic();

  /** Whether {@link TopicAdmin#apply} can put it right. */
  boolean fixable();

  /** What is wrong and what to do, in one sentence for people. */
  String describe();

  /**
   * A topic that is not there.
   *
   * @param partitions how many it is to have
   */
  record Missing(TopicSpec spec, int partitions) implements TopicDifference {
    @Override
    public String topic() {
      return spec.name();
    }

    @Override
    public boolean fixable() {
      return true;
    }

    @Override
    public String describe() {
      return "topic %s: missing; create it with %d partitions".formatted(topic(), partitions);
    }
  }

  /** A topic with another number of partitions. */
  record Partitions(TopicSpec spec, int actual, int wanted) implements TopicDifference {
    @Override
    public String topic() {
      return spec.name();
    }

    @Override
    public boolean fixable() {
      return spec.partitioning() == TopicSpec.Partitioning.GROWING && actual < wanted;
    }

    @Override
    public String describe() {
      String what = "topic %s: has %d partitions, not %d; ".formatted(topic(), actual, wanted);
      return what
          + switch (spec.partitioning()) {
            case GROWING -> "grow it";
            case FIXED -> "delete it and publish its records again";
            case CO_PARTITIONED ->
                "the topics of workflow starts, controls, completions and events must all have the same number, and it cannot change while workflows run, since each lives in one partition; use the number that is there, or another prefix for a new installation";
          };
    }
  }

  /** A topic with fewer or more replicas. */
  record Replicas(String topic, int actual, int wanted) implements TopicDifference {
    @Override
    public boolean fixable() {
      return false;
    }

    @Override
    public String describe() {
      return "topic %s: has %d replicas, not %d; move it with kafka-reassign-partitions, or plan with the number that is there"
          .formatted(topic, actual, wanted);
    }
  }

  /** A topic with another configuration. */
  record Config(String topic, String name, String actual, TopicConfigRule wanted)
      implements TopicDifference {
    @Override
    public boolean fixable() {
      return true;
    }

    @Override
    public String describe() {
      String relation = wanted.binding() == TopicConfigRule.Binding.AT_LEAST ? "less than" : "not";
      return "topic %s: %s is %s, %s %s; set it"
          .formatted(topic, name, actual, relation, wanted.value());
    }
  }
}
