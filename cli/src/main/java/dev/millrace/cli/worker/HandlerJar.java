package dev.millrace.cli.worker;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.UnreadableFile;
import dev.millrace.worker.WorkerBuilder;
import dev.millrace.worker.spi.StepHandlers;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Handlers out of a jar, or out of a folder of jars that belong together. For one thread. */
final class HandlerJar implements AutoCloseable {
  /** Most jars of a folder. */
  static final int MAX_JARS = 1_000;

  private final Path path;
  private final URLClassLoader loader;
  private final List<StepHandlers> providers = new ArrayList<>();

  private HandlerJar(Path path, URLClassLoader loader) {
    this.path = path;
    this.loader = loader;
  }

  /**
   * Opens a jar or a folder, and makes what its services file names.
   *
   * @throws CommandFailedException when it is none, names no handlers or these cannot be made
   */
  static HandlerJar open(Path path) {
    URL[] urls = jars(path).stream().map(HandlerJar::url).toArray(URL[]::new);
    SharedClasses shared = new SharedClasses(HandlerJar.class.getClassLoader());
    HandlerJar jar = new HandlerJar(path, new URLClassLoader(path.toString(), urls, shared));
    try {
      jar.load();
      return jar;
    } catch (RuntimeException e) {
      try {
        jar.close();
      } catch (Exception second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private static List<Path> jars(Path path) {
    List<Path> jars = List.of(path);
    try {
      if (Files.isDirectory(path)) {
        try (Stream<Path> files = Files.list(path)) {
          jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
        if (jars.isEmpty() || jars.size() > MAX_JARS) {
          throw new CommandFailedException(
              "folder %s: has %d jars, must have 1 to %d".formatted(path, jars.size(), MAX_JARS));
        }
      }
      for (Path jar : jars) {
        checkJar(jar);
      }
      return jars;
    } catch (IOException e) {
      throw new CommandFailedException(UnreadableFile.sentence(path, e), e);
    }
  }

  /** The class loader would pass over what it cannot read in silence. */
  private static void checkJar(Path path) throws IOException {
    Files.newInputStream(path).close();
    try {
      new JarFile(path.toFile()).close();
    } catch (IOException e) {
      throw new CommandFailedException("file %s is no jar (%s)".formatted(path, e.getMessage()), e);
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void load() {
    try (Entered entered = enter()) {
      ServiceLoader.load(StepHandlers.class, loader).forEach(providers::add);
    } catch (ServiceConfigurationError e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new CommandFailedException(
          "%s: its handlers cannot be loaded: %s (%s); a library that they need must be in the jar, or in a folder with it"
              .formatted(path, e.getMessage(), reason),
          e);
    }
    if (providers.isEmpty()) {
      throw new CommandFailedException(
          "%s: has no handlers; it must name a class that implements %s in META-INF/services/%s"
              .formatted(path, StepHandlers.class.getName(), StepHandlers.class.getName()));
    }
  }

  /**
   * Gives its handlers to a worker.
   *
   * @return the step types that it has handlers of
   * @throws CommandFailedException when it cannot, or has none
   */
  List<String> addTo(WorkerBuilder worker, Map<String, String> settings) {
    int before = worker.stepTypes().size();
    try (Entered entered = enter()) {
      for (StepHandlers provider : providers) {
        provider.addTo(worker, settings);
      }
    } catch (Exception | LinkageError e) {
      throw failed(e);
    }
    List<String> all = worker.stepTypes();
    if (all.size() == before) {
      throw new CommandFailedException(
          "%s: has no handlers; %s adds none to the worker"
              .formatted(path, providers.getFirst().getClass().getName()));
    }
    return all.subList(before, all.size());
  }

  private CommandFailedException failed(Throwable e) {
    return new CommandFailedException("%s: its handlers failed: %s".formatted(path, e), e);
  }

  /** Makes the jar's class loader that of the thread, until what is returned is closed. */
  Entered enter() {
    Thread thread = Thread.currentThread();
    Entered entered = new Entered(thread, thread.getContextClassLoader());
    thread.setContextClassLoader(loader);
    return entered;
  }

  /** A thread that has the class loader of a jar in place of its own. */
  record Entered(Thread thread, ClassLoader before) implements AutoCloseable {
    @Override
    public void close() {
      thread.setContextClassLoader(before);
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws Exception {
    try (loader;
        Entered entered = enter()) {
      for (StepHandlers provider : providers) {
        if (provider instanceof AutoCloseable closeable) {
          closeable.close();
        }
      }
    }
  }
}
