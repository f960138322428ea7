package dev.millrace.cli.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Makes jars out of sources, as a user's build does. */
final class TestJar {
  private TestJar() {}

  /**
   * A jar with a class, and with whatever else its source declares.
   *
   * @param name of the class, with its package
   * @param libraries other jars that the source needs
   */
  static Path of(Path jar, String name, String source, Path... libraries) throws IOException {
    return of(jar, name, name, source, libraries);
  }

  /**
   * As above.
   *
   * @param service what the services file says; empty for no such file
   */
  static Path of(Path jar, String service, String name, String source, Path... libraries)
      throws IOException {
    Path work = Files.createTempDirectory(jar.toAbsolutePath().getParent(), "classes");
    Path file = work.resolve("src").resolve(name.replace('.', '/') + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    Path classes = Files.createDirectories(work.resolve("out"));
    compile(file, classes, List.of(libraries));
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> made = Files.walk(classes)) {
      for (Path each : made.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(each).toString()));
        Files.copy(each, entries);
      }
      if (!service.isEmpty()) {
        entries.putNextEntry(
            new JarEntry("META-INF/services/dev.millrace.worker.spi.StepHandlers"));
        entries.write(service.getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  private static void compile(Path source, Path classes, List<Path> libraries) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringBuilder path = new StringBuilder(System.getProperty("java.class.path"));
    libraries.forEach(library -> path.append(File.pathSeparator).append(library));
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of(
                    "--release",
                    "21",
                    "-proc:none",
                    "-cp",
                    path.toString(),
                    "-d",
                    classes.toString()),
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
  }
}
