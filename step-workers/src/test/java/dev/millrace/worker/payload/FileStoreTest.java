package dev.millrace.worker.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStoreTest {
  private static final byte[] DATA = "abc".getBytes(UTF_8);
  private static final String KEY = Digests.sha256(DATA);

  @TempDir private Path folder;

  @Test
  void filesAreKeptByTheirKeyAndNothingElseIsLeft() throws Exception {
    FileStore store = FileStore.of("files", folder);

    store.put(KEY, DATA);
    store.put(KEY, DATA);

    assertThat(store.get(KEY, 3)).hasValue(DATA);
    try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
      assertThat(files.map(file -> folder.relativize(file).toString()))
          .isEqualTo(List.of("ba/" + KEY));
    }
  }

  @Test
  void filesHaveThePermissionsThatTheUmaskLeaves() throws Exception {
    FileStore.of("files", folder).put(KEY, DATA);

    Path usual = Files.createFile(folder.resolve("usual"));
    assertThat(Files.getPosixFilePermissions(folder.resolve("ba").resolve(KEY)))
        .isEqualTo(Files.getPosixFilePermissions(usual));
  }

  @Test
  void noMoreIsReadThanTheReferenceSays() throws Exception {
    FileStore store = FileStore.of("files", folder);
    store.put(KEY, new byte[1_000]);

    assertThat(store.get(KEY, 3).orElseThrow()).hasSize(4);
  }

  @Test
  void unknownKeyIsMissingButAFolderThatIsGoneIsAway() throws Exception {
    FileStore store = FileStore.of("files", folder.resolve("mount"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> store.get(KEY, 3))
        .withMessageContaining("mount does not exist");
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.put(KEY, DATA));

    Files.createDirectory(folder.resolve("mount"));
    assertThat(store.get(KEY, 3)).isEmpty();
  }
}
