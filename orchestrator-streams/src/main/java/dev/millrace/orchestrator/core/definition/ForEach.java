package dev.millrace.orchestrator.core.definition;

/**
 * That a step runs once for each item of a list.
 *
 * @param items the list, as CEL; the step's input may then look at the item at hand and its index
 * @param maxParallel most branches that are under way at once; 0 means as many as the engine takes
 * @param batchSize how many items one command carries; 1 for commands of one item each
 * @param tolerated how many branches may fail before the step does, or how many in a hundred
 * @param percent whether {@code tolerated} is a share in percent
 */
public record ForEach(
    String items, int maxParallel, int batchSize, int tolerated, boolean percent) {}
