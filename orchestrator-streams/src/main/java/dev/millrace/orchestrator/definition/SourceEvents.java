package dev.millrace.orchestrator.definition;

/**
 * A source as a stream of events, so that reading can stop at the first thing over a limit. Keys of
 * mappings are text events. One thread.
 */
interface SourceEvents {
  /**
   * The next event; {@link SourceEvent.Kind#END_OF_SOURCE} after the last one.
   *
   * @throws SourceRefusedException when the source cannot be read on
   */
  SourceEvent next() throws SourceRefusedException;
}
