/** Runs workflows from within a command and observes them: what demo and replay share. */
@NullMarked
package dev.millrace.cli.run;

import org.jspecify.annotations.NullMarked;
