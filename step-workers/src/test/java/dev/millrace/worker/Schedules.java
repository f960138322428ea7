package dev.millrace.worker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.Lincheck;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Small programs of some threads, run again and again, each time under another schedule of their
 * steps that a model checker chooses. Time stands still in them, and whoever parks may wake up for
 * no reason; threads must be of the platform.
 */
public final class Schedules {
  /** Tag of the tests that explore schedules: they run alone, without JaCoCo. */
  public static final String TAG = "schedules";

  /** Most schedules of one program; a program with fewer is explored completely. */
  private static final int MOST = Integer.getInteger("millrace.schedules", 5_000);

  private Schedules() {}

  /**
   * Runs a program under many schedules.
   *
   * @throws AssertionError when one of them fails, with its steps
   */
  public static void explore(Runnable program) {
    if (LoggerFactory.getLogger("dev.millrace") instanceof Logger logger) {
      logger.setLevel(Level.OFF); // each schedule would say the same, and logging has many steps
    }
    Lincheck.runConcurrentTest(MOST, program);
  }

  /** Fails the schedule unless something holds; plain, since each call of a library is a step. */
  public static void assertHolds(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  /** Threads of a program, whose failures are those of the program. */
  public static final class Threads {
    private final List<Thread> started = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * A class of its own, since the model checker does not see what the task of a plain thread
     * shares with others, and would not stop at it.
     */
    private static final class Part extends Thread {
      private final Threads all;
      private final Action action;

      Part(Threads all, Action action) {
        this.all = all;
        this.action = action;
      }

      @Override
      public void run() {
        all.run(action);
      }
    }

    /** What a thread does. */
    public interface Action {
      void run() throws Exception;
    }

    /** Starts a thread. Any thread of the program. */
    public Thread start(Action action) {
      Thread thread = unstarted(action);
      thread.start();
      return thread;
    }

    /** A thread that somebody else starts, before any thread that knows of it ends. */
    public Thread unstarted(Action action) {
      Thread thread = new Part(this, action);
      synchronized (started) {
        started.add(thread);
      }
      return thread;
    }

    private void run(Action action) {
      try {
        action.run();
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
      }
    }

    /** Waits for all threads, also those that were started meanwhile. */
    public void join() {
      for (int i = 0; i < count(); i++) {
        try {
          at(i).join();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      Throwable thrown = failure.get();
      if (thrown != null) {
        throw new AssertionError("a thread has failed", thrown);
      }
    }

    private int count() {
      synchronized (started) {
        return started.size();
      }
    }

    private Thread at(int index) {
      synchronized (started) {
        return started.get(index);
      }
    }
  }
}
