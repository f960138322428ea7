/** Whether the expressions of a definition can be evaluated. Imports nothing but the JDK. */
@NullMarked
package dev.millrace.orchestrator.core.check;

import org.jspecify.annotations.NullMarked;
