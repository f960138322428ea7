package dev.millrace.perf.process;

import java.util.List;

/**
 * How to start one process of a run: a main class on the class path of the running JVM.
 *
 * @param role what it is there for
 * @param mainClass binary name of its main class
 * @param arguments arguments of the main method
 * @param signals beginnings of the lines that the process prints on stdout to tell how far it is;
 *     the first one means that it is ready
 */
public record ProcessSpec(
    Role role, String mainClass, List<String> arguments, List<String> signals) {

  public ProcessSpec {
    arguments = List.copyOf(arguments);
    signals = List.copyOf(signals);
    if (signals.isEmpty()) {
      throw new IllegalArgumentException("%s: name at least the ready line".formatted(mainClass));
    }
  }
}
