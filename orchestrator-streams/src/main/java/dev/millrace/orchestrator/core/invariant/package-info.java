/** What must hold of every workflow, as code. Imports nothing but the JDK. */
@NullMarked
package dev.millrace.orchestrator.core.invariant;

import org.jspecify.annotations.NullMarked;
