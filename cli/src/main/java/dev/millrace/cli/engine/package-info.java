/** {@code millrace engine}: an engine as a process. */
@NullMarked
package dev.millrace.cli.engine;

import org.jspecify.annotations.NullMarked;
