package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Valid workflow definitions of every shape and size, from a source of chance. */
final class RandomDefinitions {
  /** The failure type that every generated retry policy gives up on. */
  static final String NON_RETRYABLE = "bad-request";

  private final Random random;

  RandomDefinitions(Random random) {
    this.random = random;
  }

  WorkflowDefinition next() {
    boolean isPlain = random.nextInt(5) == 0;
    int size = size();
    int finallySize = isPlain || random.nextInt(4) > 0 ? 0 : 1 + random.nextInt(4);
    double timeoutShare = random.nextInt(5) < 2 ? 0 : random.nextDouble();
    RandomFeatures features = new RandomFeatures(random, isPlain ? 0 : random.nextDouble() * 0.5);
    List<StepDefinition> steps = new ArrayList<>();
    for (TestStep step : features.spread(bare("step-", dependencies(size)), true)) {
      steps.add(step.startToClose(timeout(timeoutShare)).retry(ownRetry()).build());
    }
    List<StepDefinition> finallySteps = new ArrayList<>();
    for (TestStep step : features.spread(bare("last-", dependencies(finallySize)), false)) {
      finallySteps.add(step.startToClose(timeout(timeoutShare)).retry(ownRetry()).build());
    }
    if (random.nextBoolean()) {
      Collections.shuffle(steps, random);
    }
    Duration timeout =
        random.nextInt(5) == 0 ? Duration.ofMillis(1 + random.nextInt(600_000)) : Duration.ZERO;
    return new WorkflowDefinition(
        "random",
        1 + random.nextInt(9),
        timeout,
        retry(),
        isPlain || random.nextInt(3) > 0 ? 0 : 1 + random.nextInt(6),
        isPlain || random.nextInt(4) > 0 ? null : features.text(List.of("input", "step-0")),
        steps,
        finallySteps);
  }

  private List<RandomFeatures.Draft> bare(String prefix, List<Set<Integer>> dependencies) {
    List<RandomFeatures.Draft> drafts = new ArrayList<>();
    for (int step = 0; step < dependencies.size(); step++) {
      List<String> dependsOn = new ArrayList<>();
      dependencies.get(step).forEach(dependency -> dependsOn.add(prefix + dependency));
      Collections.shuffle(dependsOn, random);
      drafts.add(new RandomFeatures.Draft(prefix + step, dependsOn));
    }
    return drafts;
  }

  private Duration timeout(double share) {
    return random.nextDouble() < share
        ? Duration.ofMillis(1 + random.nextInt(60_000))
        : Duration.ZERO;
  }

  private @Nullable RetryPolicy ownRetry() {
    return random.nextInt(4) == 0 ? retry() : null;
  }

  private int size() {
    int kind = random.nextInt(1000);
    if (kind < 8) {
      return 100 + random.nextInt(401);
    }
    if (kind < 80) {
      return 41 + random.nextInt(60);
    }
    return 1 + random.nextInt(kind < 600 ? 15 : 40);
  }

  private RetryPolicy retry() {
    return new RetryPolicy(
        1 + random.nextInt(5),
        Duration.ofMillis(random.nextInt(2_000)),
        1 + random.nextInt(100) * random.nextDouble(),
        Duration.ofMillis(1 + random.nextInt(60_000)),
        random.nextBoolean() ? 0 : random.nextDouble(),
        List.of(NON_RETRYABLE));
  }

  private List<Set<Integer>> dependencies(int size) {
    int shape = random.nextInt(6);
    int layerWidth = 1 + random.nextInt(8);
    double density = random.nextDouble() * 4 / size;
    List<Set<Integer>> dependencies = new ArrayList<>();
    for (int step = 0; step < size; step++) {
      dependencies.add(
          switch (shape) {
            case 0 -> chained(step);
            case 1 -> fanned(step, size);
            case 2 -> diamonds(step);
            case 3 -> layered(step, layerWidth);
            case 4 -> scattered(step, density);
            default -> Set.of();
          });
    }
    return dependencies;
  }

  private static Set<Integer> chained(int step) {
    return step == 0 ? Set.of() : Set.of(step - 1);
  }

  /** One step, then many, then one that joins them. */
  private static Set<Integer> fanned(int step, int size) {
    if (step == 0) {
      return Set.of();
    }
    Set<Integer> all = new LinkedHashSet<>();
    for (int parent = 1; step == size - 1 && parent < step; parent++) {
      all.add(parent);
    }
    return all.isEmpty() ? Set.of(0) : all;
  }

  /** Steps 0, 1+2, 3, 4+5, 6 and so on: each pair between two single ones. */
  private static Set<Integer> diamonds(int step) {
    return switch (step % 3) {
      case 0 -> step == 0 ? Set.of() : Set.of(step - 1, step - 2);
      case 1 -> Set.of(step - 1);
      default -> Set.of(step - 2);
    };
  }

  private Set<Integer> layered(int step, int width) {
    int layerStart = step / width * width;
    Set<Integer> parents = new LinkedHashSet<>();
    for (int i = 0; layerStart > 0 && i < 1 + random.nextInt(3); i++) {
      parents.add(layerStart - width + random.nextInt(width));
    }
    return parents;
  }

  private Set<Integer> scattered(int step, double density) {
    Set<Integer> parents = new LinkedHashSet<>();
    for (int parent = 0; parent < step; parent++) {
      if (random.nextDouble() < density) {
        parents.add(parent);
      }
    }
    return parents;
  }
}
