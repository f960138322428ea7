package dev.millrace.orchestrator.core.state;

/** The items of one chunk of branches. */
public interface Items {
  /** How many there are. */
  int count();

  /** The item at a place in the chunk, from 0. */
  Payload item(int place);
}
