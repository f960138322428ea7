package dev.millrace.orchestrator.core.definition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The rules of what leads from step to step: ids, dependencies, routed failures, joins, rings. The
 * steps of both parts share one numbering, those of the second behind those of the first. One use,
 * one thread.
 */
final class EdgeRules {
  /** Most steps of a ring that a message spells out; of a longer one it shows both ends. */
  static final int SHOWN_OF_A_CYCLE = 100;

  /** Looking for a near name takes a pass over all steps, so only the first of many get one. */
  private static final int NEAR_NAMES = 20;

  private final Violations violations;
  private final ValueRules values;
  private final List<StepDefinition> steps;
  private final int mainSteps;
  private final Map<String, Integer> indexes;
  private int nearNames;
  private boolean hasRoutes;

  EdgeRules(Violations violations, ValueRules values, WorkflowDefinition definition) {
    this.violations = violations;
    this.values = values;
    this.steps = new ArrayList<>(definition.steps());
    this.steps.addAll(definition.finallySteps());
    this.mainSteps = definition.steps().size();
    this.indexes = LinkedHashMap.newLinkedHashMap(steps.size());
  }

  void check() {
    for (int i = 0; i < steps.size(); i++) {
      checkId(i);
    }
    int[][] edges = new int[steps.size()][];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = checkDependencies(i);
    }
    List<Set<Integer>> routes = checkRoutes();
    for (int i = 0; i < edges.length; i++) {
      edges[i] = withRoutes(i, edges[i], routes.get(i));
      checkJoin(i, edges[i].length);
    }
    checkCycles(edges);
  }

  private StepPath path(int index) {
    return path(index, mainSteps);
  }

  static StepPath path(int index, int mainSteps) {
    return index < mainSteps
        ? new StepPath("steps", index)
        : new StepPath("finally", index - mainSteps);
  }

  private boolean isSamePart(int one, int other) {
    return one < mainSteps == other < mainSteps;
  }

  private void checkId(int index) {
    String id = steps.get(index).id();
    Integer first = indexes.putIfAbsent(id, index);
    if (first != null) {
      violations.add(
          DefinitionRule.DUPLICATE_STEP,
          () -> path(index).of("id"),
          () ->
              "step id %s is taken by %s; give every step an id of its own"
                  .formatted(Excerpt.of(id), path(first)));
    }
  }

  /** Reports dependencies that are none; the others come back as indexes. */
  private int[] checkDependencies(int index) {
    List<Dependency> dependencies = steps.get(index).dependsOn();
    int[] found = new int[dependencies.size()];
    int count = 0;
    Set<String> named = found.length > 1 ? HashSet.newHashSet(found.length) : Set.of();
    for (int at = 0; at < found.length; at++) {
      Dependency dependency = dependencies.get(at);
      if (dependency.when() != null) {
        int item = at;
        values.expression(
            () -> path(index).of("dependsOn[%d].when".formatted(item)), dependency.when());
      }
      Integer target = indexes.get(dependency.step());
      if (found.length > 1 && !named.add(dependency.step())) {
        dependencyViolation(
            DefinitionRule.DUPLICATE_DEPENDENCY, index, at, "names ", " twice; name it once");
      } else if (dependency.step().equals(steps.get(index).id())) {
        dependencyViolation(
            DefinitionRule.SELF_DEPENDENCY,
            index,
            at,
            "depends on itself, ",
            ", and could never start; remove the dependency");
      } else if (target == null) {
        dependencyViolation(
            DefinitionRule.UNKNOWN_DEPENDENCY,
            index,
            at,
            "depends on ",
            ", which is not a step of this definition"
                + remedy(dependency.step(), "; add that step or remove the dependency"));
      } else if (!isSamePart(index, target)) {
        dependencyViolation(
            DefinitionRule.OTHER_PART,
            index,
            at,
            "depends on ",
            ", and only one of them is under 'finally', where steps start when all others have ended; remove the dependency");
      } else {
        checkCase(index, at, dependency, steps.get(target).action());
        found[count++] = target;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private String remedy(String name, String otherwise) {
    return nearNames++ < NEAR_NAMES
        ? NearestName.among(indexes.keySet(), name)
            .map(near -> "; did you mean %s?".formatted(Excerpt.of(near)))
            .orElse(otherwise)
        : otherwise;
  }

  private void dependencyViolation(
      DefinitionRule rule, int index, int at, String before, String after) {
    StepDefinition step = steps.get(index);
    violations.add(
        rule,
        () -> path(index).of("dependsOn[%d]".formatted(at)),
        () ->
            "step %s %s%s%s"
                .formatted(
                    Excerpt.of(step.id()),
                    before,
                    Excerpt.of(step.dependsOn().get(at).step()),
                    after));
  }

  private void checkCase(int index, int at, Dependency dependency, StepAction of) {
    String chosen = dependency.chosen();
    if (chosen == null) {
      return;
    }
    List<String> names =
        of instanceof StepAction.Choose choose
            ? choose.cases().stream().map(StepAction.Case::name).toList()
            : List.of();
    if (!names.contains(chosen)) {
      violations.add(
          DefinitionRule.UNKNOWN_CASE,
          () -> path(index).of("dependsOn[%d].case".formatted(at)),
          () ->
              names.isEmpty()
                  ? "step %s has no switch, so that it chooses no case %s; remove the case"
                      .formatted(Excerpt.of(dependency.step()), Excerpt.of(chosen))
                  : "step %s has no case %s; its cases are %s"
                      .formatted(
                          Excerpt.of(dependency.step()),
                          Excerpt.of(chosen),
                          Excerpt.line(String.join(", ", names))));
    }
  }

  /** Reports routes that lead nowhere; the others come back as sources by target. */
  private List<Set<Integer>> checkRoutes() {
    List<Set<Integer>> sources = new ArrayList<>(steps.size());
    steps.forEach(step -> sources.add(Set.of()));
    for (int i = 0; i < steps.size(); i++) {
      List<FailureRule> rules = steps.get(i).onFailure();
      for (int at = 0; at < rules.size(); at++) {
        if (rules.get(at).reaction() instanceof FailureRule.Reaction.Route route) {
          Integer target = indexes.get(route.step());
          if (target == null) {
            routeViolation(
                DefinitionRule.UNKNOWN_ROUTE,
                i,
                at,
                route,
                "which is not a step of this definition"
                    + remedy(route.step(), "; add that step or change the route"));
          } else if (target == i) {
            routeViolation(
                DefinitionRule.ROUTE_TARGET,
                i,
                at,
                route,
                "which is itself; use retry, or route to another step");
          } else if (!isSamePart(i, target)) {
            routeViolation(
                DefinitionRule.OTHER_PART,
                i,
                at,
                route,
                "and only one of them is under 'finally'; route to a step of the same part");
          } else {
            if (sources.get(target).isEmpty()) {
              sources.set(target, new HashSet<>());
            }
            sources.get(target).add(i);
            hasRoutes = true;
          }
        }
      }
    }
    return sources;
  }

  private void routeViolation(
      DefinitionRule rule, int index, int at, FailureRule.Reaction.Route route, String why) {
    violations.add(
        rule,
        () -> path(index).of("onFailure[%d].then.route".formatted(at)),
        () ->
            "step %s routes failures to %s, %s"
                .formatted(Excerpt.of(steps.get(index).id()), Excerpt.of(route.step()), why));
  }

  /** All edges into a step. One that is a dependency and a route is reported. */
  private int[] withRoutes(int index, int[] dependencies, Set<Integer> routes) {
    if (routes.isEmpty()) {
      return dependencies;
    }
    for (int dependency : dependencies) {
      if (routes.contains(dependency)) {
        violations.add(
            DefinitionRule.ROUTE_TARGET,
            () -> path(dependency).of("onFailure"),
            () ->
                "step %s routes failures to %s, which depends on it too; remove one of the two, or use a join of allDone"
                    .formatted(
                        Excerpt.of(steps.get(dependency).id()), Excerpt.of(steps.get(index).id())));
      }
    }
    return IntStream.concat(
            Arrays.stream(dependencies), routes.stream().mapToInt(Integer::intValue).sorted())
        .distinct()
        .toArray();
  }

  private void checkJoin(int index, int edges) {
    JoinRule join = steps.get(index).join();
    if (join == null || join.kind() != JoinRule.Kind.AT_LEAST) {
      return;
    }
    if (edges > DefinitionLimits.COUNTED_DEPENDENCIES) {
      violations.add(
          DefinitionRule.JOIN_RANGE,
          () -> path(index).of("join"),
          () ->
              "step %s has %,d dependencies; a join of atLeast counts at most %d: join groups of them in steps before it"
                  .formatted(
                      Excerpt.of(steps.get(index).id()),
                      edges,
                      DefinitionLimits.COUNTED_DEPENDENCIES));
    } else if (join.atLeast() < 1 || join.atLeast() > Math.min(edges, DefinitionLimits.AT_LEAST)) {
      violations.add(
          DefinitionRule.JOIN_RANGE,
          () -> path(index).of("join.atLeast"),
          () ->
              "atLeast is %,d; it must be 1 to %d and no more than the dependencies of step %s, %,d"
                  .formatted(
                      join.atLeast(),
                      DefinitionLimits.AT_LEAST,
                      Excerpt.of(steps.get(index).id()),
                      edges));
    }
  }

  private void checkCycles(int[][] edges) {
    for (int[] cycle : new CycleFinder(edges).find()) {
      violations.add(
          DefinitionRule.CYCLE,
          () -> path(cycle[0]).of("dependsOn"),
          () ->
              "the steps %s wait for each other (each depends on the next%s) and could never start; remove one of these %,d dependencies"
                  .formatted(
                      spell(cycle), hasRoutes ? " or takes over its failures" : "", cycle.length));
    }
  }

  private String spell(int[] cycle) {
    List<String> names = new ArrayList<>();
    if (cycle.length <= SHOWN_OF_A_CYCLE) {
      Arrays.stream(cycle).mapToObj(this::idOf).forEach(names::add);
    } else {
      int shownAtEachEnd = SHOWN_OF_A_CYCLE / 2;
      IntStream.range(0, shownAtEachEnd).mapToObj(i -> idOf(cycle[i])).forEach(names::add);
      names.add("... %,d more ...".formatted(cycle.length - 2 * shownAtEachEnd));
      IntStream.range(cycle.length - shownAtEachEnd, cycle.length)
          .mapToObj(i -> idOf(cycle[i]))
          .forEach(names::add);
    }
    names.add(idOf(cycle[0]));
    return names.stream().collect(Collectors.joining(" -> "));
  }

  private String idOf(int index) {
    String id = steps.get(index).id();
    return DefinitionLimits.isName(id) ? id : Excerpt.of(id);
  }
}
