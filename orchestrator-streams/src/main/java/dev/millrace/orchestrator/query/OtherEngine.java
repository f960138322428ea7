package dev.millrace.orchestrator.query;

import java.util.Set;
import org.apache.kafka.streams.state.HostInfo;

/**
 * Another engine of the same application id.
 *
 * @param address where its HTTP server is
 * @param partitions the partitions of the workflows that it has
 */
public record OtherEngine(HostInfo address, Set<Integer> partitions) {
  public OtherEngine {
    partitions = Set.copyOf(partitions);
  }
}
