package dev.millrace.orchestrator.core.state;

/**
 * What the state of a workflow takes over from its definition. Shared by all workflows of the
 * definition; the array must not be written.
 *
 * @param definition name of the definition
 * @param version version of the definition
 * @param fingerprint tells its content from any other under that name and version
 * @param joins what each step waits for in the beginning, in the words of {@link Join}
 */
@SuppressWarnings("ArrayRecordComponent") // one for all workflows, and never compared
public record Plan(String definition, int version, long fingerprint, int[] joins) {}
