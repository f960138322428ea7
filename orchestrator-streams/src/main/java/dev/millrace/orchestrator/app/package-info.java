/** Puts the engine together, starts it and stops it. */
@NullMarked
package dev.millrace.orchestrator.app;

import org.jspecify.annotations.NullMarked;
