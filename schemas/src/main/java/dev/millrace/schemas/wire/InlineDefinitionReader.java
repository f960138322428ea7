package dev.millrace.schemas.wire;

import dev.millrace.schemas.v1.WorkflowDefinition;

/** Turns a definition that stands in a start's JSON into a record. */
@FunctionalInterface
public interface InlineDefinitionReader {
  /**
   * The definition in a text.
   *
   * @param json a JSON object in the definition language, as the starter wrote it
   * @throws MalformedRecordException when it is no valid definition; the message lists what is
   *     wrong
   */
  WorkflowDefinition read(String json) throws MalformedRecordException;
}
