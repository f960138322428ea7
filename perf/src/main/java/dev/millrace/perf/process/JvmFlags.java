package dev.millrace.perf.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * JVM flags of the processes of a run.
 *
 * @param gc collector of every process
 * @param extra further flags by role; they come last and so win
 */
public record JvmFlags(Gc gc, Map<Role, List<String>> extra) {
  private static final List<String> COMMON =
      List.of(
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dlogback.configurationFile=dev/millrace/perf/logback-process.xml");

  /** A garbage collector of the JVM. */
  public enum Gc {
    G1("-XX:+UseG1GC"),
    PARALLEL("-XX:+UseParallelGC"),
    SERIAL("-XX:+UseSerialGC");

    private final String flag;

    Gc(String flag) {
      this.flag = flag;
    }
  }

  public JvmFlags {
    extra = Map.copyOf(extra);
  }

  /** All flags of one role, in order. */
  public List<String> of(Role role) {
    List<String> flags = new ArrayList<>(COMMON);
    flags.add(gc.flag);
    flags.add(role.heapFlag());
    flags.addAll(extra.getOrDefault(role, List.of()));
    return flags;
  }
}
