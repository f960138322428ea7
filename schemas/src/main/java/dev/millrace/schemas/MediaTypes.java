package dev.millrace.schemas;

/** Content types of payloads that the contract gives a meaning. */
public final class MediaTypes {
  /**
   * A payload that stands for another one: compressed, encrypted, or a reference to where it is.
   * The parameter {@link #ENCODED_BY} says by what, for people; the data begins with a line of JSON
   * that says it for programs.
   */
  public static final String ENCODED = "application/vnd.millrace.encoded";

  /** Parameter of {@link #ENCODED}: name of the outermost coding. */
  public static final String ENCODED_BY = "by";

  private MediaTypes() {}

  /** Whether a content type is {@link #ENCODED}, whatever its parameters. */
  public static boolean isEncoded(String contentType) {
    int end = contentType.indexOf(';');
    String type = end < 0 ? contentType : contentType.substring(0, end);
    return type.strip().equalsIgnoreCase(ENCODED);
  }
}
