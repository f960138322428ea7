package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepAction.Case;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.state.Failure;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Spreads everything that a definition can ask for over the steps of a graph, by chance: what a
 * step does in {@link #action}, what else is asked of it in {@link #spread}. A new feature of the
 * language belongs into one of these, what it does into {@link ReferenceRun}, and what may happen
 * because of it into {@link RandomRun}.
 */
final class RandomFeatures {
  private static final List<String> CASES = List.of("big", "small", "other");
  private static final List<String> FAILURE_TYPES =
      List.of(
          "flaky",
          "broken",
          RandomDefinitions.NON_RETRYABLE,
          "millrace.*",
          Failure.EXPRESSION,
          Failure.AFFINITY,
          Failure.SIGNAL_TIMEOUT,
          "millrace.timeout.*",
          Failure.REPEAT_EXHAUSTED);

  private final Random random;

  /** How many of the steps have any one feature. */
  private final double share;

  RandomFeatures(Random random, double share) {
    this.random = random;
    this.share = share;
  }

  /** A step of which only its id and its dependencies are known, all of which come before it. */
  record Draft(String id, List<String> dependsOn) {}

  /**
   * The steps of one part of a definition.
   *
   * @param isMain whether they are the main part
   */
  List<TestStep> spread(List<Draft> drafts, boolean isMain) {
    Set<String> switches = new HashSet<>();
    Map<String, Set<String>> ancestors = new HashMap<>();
    List<TestStep> steps = new ArrayList<>();
    for (int i = 0; i < drafts.size(); i++) {
      Draft draft = drafts.get(i);
      Set<String> before = ancestors.computeIfAbsent(draft.id(), id -> new HashSet<>());
      for (String each : draft.dependsOn()) {
        before.add(each);
        before.addAll(ancestors.getOrDefault(each, Set.of()));
      }
      List<String> sources = new ArrayList<>(before.stream().sorted().limit(8).toList());
      sources.add("input");
      StepAction action = action(sources);
      boolean isWork = action instanceof StepAction.Work;
      if (action instanceof StepAction.Choose) {
        switches.add(draft.id());
      }
      TestStep step = TestStep.of(draft.id()).does(action);
      draft.dependsOn().forEach(each -> step.after(dependency(each, switches, sources)));
      step.when(chance() ? condition(sources) : null);
      step.join(chance() ? join(draft.dependsOn().size()) : null);
      boolean isChild = action instanceof StepAction.StartChild;
      if ((isWork || isChild || action instanceof StepAction.AwaitSignal) && chance()) {
        step.repeat(repeat(draft.id()));
      }
      if (isWork && random.nextDouble() < share * 2) {
        ResultCache cache = cache(sources);
        step.cache(cache);
        if (cache.key() == null
            && random.nextBoolean()) { // not all that it depends on need be there
          step.join(join(draft.dependsOn().size()));
        }
      }
      if (isWork && random.nextDouble() < share / 2) {
        step.timeouts(timeouts());
      }
      if ((isWork || isChild) && isMain && chance()) {
        step.compensation(compensation(sources));
      }
      if (isWork && random.nextDouble() < share / 10) {
        step.window(window());
      }
      failureRules(step, later(drafts, i));
      steps.add(step);
    }
    return steps;
  }

  /** Steps that may take over the failures of one: they come later and do not depend on it. */
  private static List<String> later(List<Draft> drafts, int index) {
    String id = drafts.get(index).id();
    return drafts.subList(index + 1, drafts.size()).stream()
        .filter(each -> !each.dependsOn().contains(id))
        .map(Draft::id)
        .limit(20)
        .toList();
  }

  private boolean chance() {
    return random.nextDouble() < share;
  }

  /** An expression that has no value, or one that follows from one of some sources. */
  String text(List<String> sources) {
    return random.nextInt(200) == 0
        ? "broken"
        : "chance %d of %s"
            .formatted(random.nextInt(1_000), sources.get(random.nextInt(sources.size())));
  }

  private String condition(List<String> sources) {
    return random.nextInt(10) == 0 ? "true" : text(sources);
  }

  private StepAction action(List<String> sources) {
    if (!chance()) {
      return new StepAction.Work("type", "queue-" + random.nextInt(3), null);
    }
    return switch (random.nextInt(8)) {
      case 0 -> new StepAction.SetValue(text(sources));
      case 1 -> new StepAction.Delay(text(sources));
      case 2 -> new StepAction.Until(text(sources));
      case 3 -> {
        List<Case> cases = new ArrayList<>();
        CASES.forEach(name -> cases.add(new Case(name, condition(sources))));
        if (random.nextBoolean()) {
          cases.set(2, new Case(CASES.get(2), null));
        }
        yield new StepAction.Choose(cases);
      }
      case 4 ->
          new StepAction.AwaitSignal(
              "signal-" + random.nextInt(3), random.nextInt(3) == 0 ? "not empty" : null, null);
      case 5 ->
          new StepAction.StartChild(
              "child-" + random.nextInt(3),
              random.nextInt(3),
              random.nextBoolean() ? null : text(sources),
              random.nextBoolean() ? null : text(sources),
              random.nextInt(4) == 0,
              random.nextBoolean());
      default ->
          new StepAction.Work(
              "type",
              "queue-" + random.nextInt(3),
              random.nextInt(4) == 0 ? null : text(sources),
              random.nextBoolean() ? null : text(sources));
    };
  }

  /** Limits besides that of an attempt, at least one. */
  private Timeouts timeouts() {
    int which = 1 + random.nextInt(7);
    return new Timeouts(
        Duration.ZERO,
        Duration.ofMillis((which & 1) == 0 ? 0 : 1 + random.nextInt(30_000)),
        Duration.ofMillis((which & 2) == 0 ? 0 : 1 + random.nextInt(120_000)),
        Duration.ofMillis((which & 4) == 0 ? 0 : 1 + random.nextInt(20_000)));
  }

  private Dependency dependency(String on, Set<String> switches, List<String> sources) {
    List<String> withOutput = new ArrayList<>(sources);
    withOutput.add("output");
    withOutput.add("output");
    withOutput.add(on);
    String when = chance() ? condition(withOutput) : null;
    boolean isChosen = switches.contains(on) && random.nextInt(3) > 0;
    return new Dependency(on, when, isChosen ? CASES.get(random.nextInt(CASES.size())) : null);
  }

  private @Nullable JoinRule join(int dependencies) {
    return switch (random.nextInt(6)) {
      case 0 -> JoinRule.ALL;
      case 1 -> JoinRule.ANY;
      case 2 -> JoinRule.ALL_DONE;
      case 3 -> JoinRule.NONE_FAILED;
      default ->
          dependencies == 0 || dependencies > 200
              ? null
              : JoinRule.atLeast(1 + random.nextInt(Math.min(dependencies, 127)));
    };
  }

  /** Few keys, so that steps and workflows come by the same, and times that pass. */
  private ResultCache cache(List<String> sources) {
    String key =
        switch (random.nextInt(4)) {
          case 0 -> null;
          case 1 -> text(sources);
          default -> "chance %d of input".formatted(random.nextInt(2));
        };
    int mostMs = random.nextInt(3) == 0 ? 200 : 600_000;
    return new ResultCache(key, Duration.ofMillis(1 + random.nextInt(mostMs)));
  }

  private Repeat repeat(String step) {
    Duration delay =
        random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(1 + random.nextInt(5_000));
    return new Repeat(text(List.of("output", step, "input")), delay, 1 + random.nextInt(5));
  }

  private Compensation compensation(List<String> sources) {
    List<String> withOutput = new ArrayList<>(sources);
    withOutput.add("output");
    return new Compensation(
        "undo",
        "queue-" + random.nextInt(3),
        random.nextBoolean() ? null : text(withOutput),
        random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(1 + random.nextInt(60_000)),
        null);
  }

  private DeliveryWindow window() {
    EnumSet<DayOfWeek> days = EnumSet.of(DayOfWeek.of(1 + random.nextInt(7)));
    for (int i = random.nextInt(7); i > 0; i--) {
      days.add(DayOfWeek.of(1 + random.nextInt(7)));
    }
    return new DeliveryWindow(
        ZoneId.of(random.nextBoolean() ? "Europe/Zurich" : "Asia/Kathmandu"),
        days,
        LocalTime.of(random.nextInt(24), random.nextInt(60)),
        LocalTime.of(random.nextInt(24), random.nextInt(60)));
  }

  private void failureRules(TestStep step, List<String> later) {
    for (int i = chance() ? 1 + random.nextInt(3) : 0; i > 0; i--) {
      String[] types =
          random.nextInt(3) == 0
              ? new String[0]
              : new String[] {FAILURE_TYPES.get(random.nextInt(FAILURE_TYPES.size()))};
      Reaction reaction =
          switch (random.nextInt(5)) {
            case 0 -> new Reaction.Retry();
            case 1 -> new Reaction.Fail();
            case 2 ->
                later.isEmpty()
                    ? new Reaction.GoOn()
                    : new Reaction.Route(later.get(random.nextInt(later.size())));
            default -> new Reaction.GoOn();
          };
      step.onFailure(reaction, types);
    }
  }
}
