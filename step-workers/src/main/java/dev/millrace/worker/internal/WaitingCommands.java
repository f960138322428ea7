package dev.millrace.worker.internal;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Commands that were read and may not start yet: where order is asked for, those behind another of
 * their key; and those whose step type has all its slots taken. They take no slot of the worker
 * meanwhile, and offsets behind them go on. A key goes from one command to the next in the order in
 * which they came. Thread-safe; where nothing is restricted, nothing is locked.
 *
 * @param <C> what waits
 */
final class WaitingCommands<C extends WaitingCommands.Restricted> {
  /** What restricts a command. */
  interface Restricted {
    String stepType();

    /** Commands of one key run one after another; null for a command that has none. */
    byte @Nullable [] key();

    /** How much memory it takes while it waits. */
    int bytes();
  }

  /** How much may wait, in bytes: at it, no more commands are looked at until some have started. */
  static final long MAX_BYTES = 16L << 20;

  /** The slots of a step type, and who waits for them. */
  private static final class TypeSlots<C> {
    private final Deque<C> waiting = new ArrayDeque<>();
    private int free;

    TypeSlots(int size) {
      this.free = size;
    }
  }

  private final Lock lock = new ReentrantLock();
  private final boolean inKeyOrder;
  private final Map<String, TypeSlots<C>> slots = new HashMap<>();

  /** The keys that a command has, which runs or waits for its slot, with those behind it. */
  private final Map<ByteBuffer, Deque<C>> keys = new HashMap<>();

  /** Commands that have their key and slot and wait to be started. */
  private final Deque<C> ready = new ArrayDeque<>();

  private volatile boolean hasReady;
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param slotsOfTypes how many commands of a step type may run at once, where that is restricted
   */
  WaitingCommands(boolean inKeyOrder, Map<String, Integer> slotsOfTypes) {
    this.inKeyOrder = inKeyOrder;
    slotsOfTypes.forEach((type, size) -> slots.put(type, new TypeSlots<>(size)));
  }

  private boolean restrictsNothing() {
    return !inKeyOrder && slots.isEmpty();
  }

  /** Takes what a command needs to run. If that is taken, the command waits, and is ready later. */
  boolean enter(C command) {
    if (restrictsNothing()) {
      return true;
    }
    lock.lock();
    try {
      boolean enters = takeKey(command) && takeSlot(command);
      if (!enters) {
        bytes.addAndGet(command.bytes());
      }
      return enters;
    } finally {
      lock.unlock();
    }
  }

  /** Gives back what a command took that has ended, to those that wait for it. */
  void leave(C command) {
    if (restrictsNothing()) {
      return;
    }
    lock.lock();
    try {
      giveBackSlot(command);
      giveBackKey(command);
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #pollReady} gives a command, unless another thread takes it first. */
  boolean hasReady() {
    return hasReady;
  }

  /** A command that waited and may start now; null if there is none. */
  @Nullable C pollReady() {
    lock.lock();
    try {
      C command = ready.poll();
      if (command != null) {
        bytes.addAndGet(-command.bytes());
      }
      hasReady = !ready.isEmpty();
      return command;
    } finally {
      lock.unlock();
    }
  }

  /** Whether so much waits that no more should come. */
  boolean isFull() {
    return bytes.get() >= MAX_BYTES;
  }

  /** Forgets those that wait and are no longer to run here, and gives them. */
  List<C> withdraw(Predicate<C> which) {
    if (restrictsNothing()) {
      return List.of();
    }
    lock.lock();
    try {
      List<C> withdrawn = new ArrayList<>();
      keys.values().forEach(behind -> take(behind, which, withdrawn));
      for (TypeSlots<C> type : slots.values()) {
        take(type.waiting, which, withdrawn).forEach(this::giveBackKey);
      }
      for (C command : take(ready, which, withdrawn)) {
        giveBackSlot(command);
        giveBackKey(command);
      }
      hasReady = !ready.isEmpty();
      withdrawn.forEach(command -> bytes.addAndGet(-command.bytes()));
      return withdrawn;
    } finally {
      lock.unlock();
    }
  }

  private static <C> List<C> take(Deque<C> from, Predicate<C> which, List<C> withdrawn) {
    List<C> taken = new ArrayList<>();
    for (Iterator<C> each = from.iterator(); each.hasNext(); ) {
      C command = each.next();
      if (which.test(command)) {
        each.remove();
        taken.add(command);
      }
    }
    withdrawn.addAll(taken);
    return taken;
  }

  private boolean takeKey(C command) {
    byte[] key = command.key();
    if (!inKeyOrder || key == null) {
      return true;
    }
    ByteBuffer name = ByteBuffer.wrap(key);
    Deque<C> behind = keys.get(name);
    if (behind == null) {
      keys.put(name, new ArrayDeque<>(1));
      return true;
    }
    behind.add(command);
    return false;
  }

  private boolean takeSlot(C command) {
    TypeSlots<C> type = slots.get(command.stepType());
    if (type == null) {
      return true;
    }
    if (type.free == 0) {
      type.waiting.add(command);
      return false;
    }
    type.free--;
    return true;
  }

  private void giveBackKey(C command) {
    byte[] key = command.key();
    if (!inKeyOrder || key == null) {
      return;
    }
    ByteBuffer name = ByteBuffer.wrap(key);
    Deque<C> behind = keys.get(name);
    C next = behind == null ? null : behind.poll();
    if (next == null) {
      keys.remove(name);
    } else if (takeSlot(next)) {
      makeReady(next);
    }
  }

  private void giveBackSlot(C command) {
    TypeSlots<C> type = slots.get(command.stepType());
    if (type == null) {
      return;
    }
    C next = type.waiting.poll();
    if (next == null) {
      type.free++;
    } else {
      makeReady(next);
    }
  }

  private void makeReady(C command) {
    ready.add(command);
    hasReady = true;
  }
}
