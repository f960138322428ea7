package dev.millrace.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Reads a properties file that the user named. */
public final class PropertiesFile {
  private PropertiesFile() {}

  /**
   * The values by their names, without blanks around them; the caller's to change.
   *
   * @param what the file is, for the message
   * @throws IllegalArgumentException when it cannot be read, with a message for the user
   */
  public static Map<String, String> read(String what, Path file) {
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      properties.load(in);
    } catch (IOException e) {
      throw new IllegalArgumentException(what + ": " + UnreadableFile.sentence(file, e), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s %s: not a properties file (%s)".formatted(what, file, e.getMessage()), e);
    }
    Map<String, String> values = new TreeMap<>();
    properties.forEach((name, value) -> values.put((String) name, ((String) value).strip()));
    return values;
  }
}
