/** The {@code millrace} command: its entry, its way to fail and its version. */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
