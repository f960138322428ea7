/**
 * What must hold of every workflow, as code: for assertions, tests and the checkers of fault runs.
 * Imports nothing but the JDK.
 */
@NullMarked
package dev.millrace.orchestrator.core.invariant;

import org.jspecify.annotations.NullMarked;
