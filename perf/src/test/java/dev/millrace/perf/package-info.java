/** Tests of the commands. */
@NullMarked
package dev.millrace.perf;

import org.jspecify.annotations.NullMarked;
