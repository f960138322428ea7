/** Tests of {@code millrace engine}. */
@NullMarked
package dev.millrace.cli.engine;

import org.jspecify.annotations.NullMarked;
