package dev.millrace.cli.worker;

import java.util.List;

/**
 * What handlers in jars share with the worker that runs them: the JDK, the SDK and the libraries
 * that it shows to them. They do not see anything else of this program, so they may have other
 * versions of it, and none of it by accident.
 */
final class SharedClasses extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private static final String INTERNAL = "dev.millrace.worker.internal.";
  private static final List<String> SHARED =
      List.of(
          "dev.millrace.worker.",
          "dev.millrace.schemas.",
          "org.slf4j.",
          "org.jspecify.",
          "org.apache.avro.",
          "com.fasterxml.jackson.annotation.",
          "io.micrometer.",
          "tools.jackson.");

  private final ClassLoader program;

  /** Shows a part of what a class loader has. */
  SharedClasses(ClassLoader program) {
    super("shared with handlers", getPlatformClassLoader());
    this.program = program;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (!name.startsWith(INTERNAL) && SHARED.stream().anyMatch(name::startsWith)) {
      return program.loadClass(name);
    }
    throw new ClassNotFoundException(name);
  }
}
