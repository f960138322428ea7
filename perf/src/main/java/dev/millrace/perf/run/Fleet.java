package dev.millrace.perf.run;

import dev.millrace.perf.millrace.CountingWorker;
import dev.millrace.perf.process.BenchProcess;
import dev.millrace.perf.process.ProcessSpec;
import dev.millrace.perf.process.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;

/**
 * Worker processes that come and go as they are told to. Those that are to go get SIGTERM, finish
 * what runs, and are not waited for; another one comes for one that ended by itself. Not
 * thread-safe.
 */
final class Fleet implements AutoCloseable {
  private final Site site;
  private final Path planFile;
  private final Deque<Member> members = new ArrayDeque<>();
  private final List<Member> all = new ArrayList<>();
  private final List<Thread> drains = new ArrayList<>();

  /**
   * One worker.
   *
   * @param process its process
   * @param list the commands that its handlers began
   * @param startedAtMs when its process was started
   */
  record Member(BenchProcess process, Path list, long startedAtMs) {
    boolean hasWorked() {
      try {
        return Files.exists(list) && Files.size(list) > 0;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** When its handlers began the first command at or after a time. */
    OptionalLong firstSince(long ms) throws IOException {
      if (!hasWorked()) {
        return OptionalLong.empty();
      }
      return Files.readAllLines(list).stream()
          .mapToLong(line -> Long.parseLong(line, 0, line.indexOf(' '), 10))
          .filter(at -> at >= ms)
          .min();
    }
  }

  private int died;

  Fleet(Site site, Path planFile) {
    this.site = site;
    this.planFile = planFile;
  }

  /** Starts workers, or tells the youngest to go, until there are so many. */
  void scaleTo(int wanted) throws IOException {
    int there = members.size();
    members.removeIf(member -> !member.process().isAlive());
    died += there - members.size();
    while (members.size() < wanted) {
      Path list = site.folder().resolve("ran-%d.list".formatted(all.size()));
      BenchProcess process =
          site.start(
              new ProcessSpec(
                  Role.WORKER,
                  CountingWorker.class.getName(),
                  List.of(planFile.toString(), list.toString()),
                  List.of(CountingWorker.READY)));
      Member member = new Member(process, list, System.currentTimeMillis());
      members.addLast(member);
      all.add(member);
    }
    while (members.size() > wanted) {
      BenchProcess gone = members.removeLast().process();
      drains.add(Thread.ofPlatform().name("drain-" + gone.pid()).start(gone::close));
    }
  }

  /** How many have run a command, and are not on their way out. */
  int atWork() {
    return (int) members.stream().filter(Member::hasWorked).count();
  }

  /** How many ended by themselves. */
  int died() {
    return died;
  }

  /** All that ever were, in the order in which they came. */
  List<Member> all() {
    return List.copyOf(all);
  }

  /** The lists of all that ever ran anything. */
  List<Path> lists() {
    return all.stream().filter(Member::hasWorked).map(Member::list).toList();
  }

  /** Tells all to go, and waits until they have. */
  void drain() throws IOException, InterruptedException {
    scaleTo(0);
    for (Thread drain : drains) {
      drain.join();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    drain();
  }
}
