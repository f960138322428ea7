package dev.millrace.worker.internal;

import dev.millrace.schemas.Limits;

/** What a failure says of the exception that it was, whatever that exception does. */
final class Thrown {
  private Thrown() {}

  /** Its simple class name, or where there is none the whole one. */
  static String type(Throwable thrown) {
    String simple = thrown.getClass().getSimpleName();
    String type = simple.isEmpty() ? thrown.getClass().getName() : simple;
    return type.substring(0, Math.min(type.length(), Limits.NAME_CHARS));
  }

  static String message(Throwable thrown) {
    try {
      String message = thrown.getMessage();
      return message == null ? "" : message;
    } catch (Throwable e) {
      return "the message of the exception cannot be read: " + e.getClass().getName();
    }
  }
}
